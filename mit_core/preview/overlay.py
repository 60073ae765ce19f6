"""Landmarks over one picture."""

import cv2
import numpy as np
import numpy.typing as npt

from mit_core.faces.drawn_contours import draw_contours

Picture = npt.NDArray[np.uint8]

_LINE, _POINT = (40, 220, 90), (255, 60, 60)
_SIZE = 1 / 500
"""Of a line's thickness, over the picture's longer side."""
_FRACTION = 4
"""Bits below the pixel that cv2 draws by."""


def overlaid(picture: Picture, points: npt.NDArray[np.floating]) -> Picture:
    """A copy of a picture with a face's contours and points over it.

    Args:
        picture: shape = (H, W, 3), RGB uint8.
        points: shape = (68, 2 or 3), pixels.
    """
    out = picture.copy()
    thick = max(1, round(max(picture.shape[:2]) * _SIZE))
    flat = np.asarray(points, np.float64)[:, :2]
    draw_contours(out, flat, _LINE, thick)
    for x, y in np.rint(flat * 2**_FRACTION).astype(int).tolist():
        radius = thick * 2**_FRACTION
        cv2.circle(out, (x, y), radius, _POINT, cv2.FILLED, cv2.LINE_AA, _FRACTION)
    return out
