"""Where in a picture the mouth is."""

import numpy as np
import numpy.typing as npt

from mit_core.faces.scheme import MOUTH

_MARGIN = 0.2
"""Of the mouth's width, on every side: lips' rims and the skin that they move."""


def mouth_boxes(
    landmarks: npt.NDArray[np.floating], width: int, height: int
) -> npt.NDArray[np.int64]:
    """Boxes around mouths in whole pixels, cut at the picture's rim.

    Args:
        landmarks: shape = (N, 68, 2 or 3), pixels.
        width, height: of the picture.

    Returns:
        shape = (N, 4), x0, y0, x1, y1, the last two past the end; one pixel at least.
    """
    mouths = np.asarray(landmarks, np.float64)[:, list(MOUTH), :2]
    low, high = mouths.min(axis=1), mouths.max(axis=1)
    margin = _MARGIN * (high - low)[:, :1]
    size = np.array([width, height])
    # the pixel that a point falls in reaches half a pixel to either side of its centre
    first = np.floor(low - margin + 0.5).clip(0, size - 1)
    past = np.ceil(high + margin + 0.5).clip(first + 1, size)
    return np.concatenate([first, past], axis=1).astype(np.int64)
