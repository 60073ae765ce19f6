"""A face's contours drawn as lines."""

import cv2
import numpy as np
import numpy.typing as npt

from mit_core.faces.scheme import CLOSED_CONTOURS, OPEN_CONTOURS

_FRACTION = 4
"""Bits below the pixel that cv2 draws by."""


def draw_contours(
    picture: npt.NDArray[np.uint8],
    points: npt.NDArray[np.floating],
    colour: tuple[int, int, int],
    thickness: int = 2,
) -> None:
    """Draw the lines that join a face's 68 points into a picture.

    Args:
        picture: shape = (H, W, 3), uint8; changed.
        points: shape = (68, 2), pixels.
        colour: in the picture's order of channels. thickness: pixels.
    """
    places = np.rint(points * 2**_FRACTION).astype(np.int32)
    for contours, closed in ((OPEN_CONTOURS, False), (CLOSED_CONTOURS, True)):
        lines = [places[list(contour)] for contour in contours]
        cv2.polylines(picture, lines, closed, colour, thickness, cv2.LINE_AA, _FRACTION)
