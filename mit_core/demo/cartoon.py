"""A cartoon drawn by the project itself: head and shoulders in flat colours, landmarks known."""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from mit_core.faces.landmark_table import write_landmark_table
from mit_core.faces.table_beside import table_beside
from mit_core.media.image import write_image
from mit_core.rendering import contours

NAME = "cartoon"
SIZE = 480
"""Pixels a side; the drawing's own unit is the pixel of this picture."""

_FINE, _SHIFT = 4, 4  # drawn so many times larger, with corners to 1/16 of that
_MIDDLE = SIZE / 2

_SKY, _DISC = (247, 214, 170), (250, 229, 198)
_SKIN, _SHADE, _BLUSH, _OUTLINE = (246, 196, 160), (232, 170, 134), (243, 168, 142), (92, 48, 58)
_HAIR, _HAIR_LIGHT = (64, 66, 112), (88, 92, 146)
_EYE, _IRIS, _PUPIL = (255, 252, 247), (62, 128, 120), (34, 34, 54)
_LIPS, _SEAM = (214, 104, 104), (124, 46, 62)
_SHIRT, _COLLAR = (46, 134, 146), (240, 240, 232)

Points = npt.NDArray[np.float64]


def write_cartoon(folder: str | Path) -> Path:
    """Write ``cartoon.png`` and ``cartoon.landmarks.tsv`` into a folder; the picture's path."""
    path = Path(folder) / f"{NAME}.png"
    write_image(path, draw_cartoon())
    write_landmark_table(table_beside(path), cartoon_landmarks())
    return path


def cartoon_landmarks() -> Points:
    """The cartoon's landmarks, (68, 2) pixels."""
    angle = np.linspace(0, np.pi, 17)
    # a little pointed at the chin: y falls off faster than an ellipse's
    jaw = np.column_stack([-104 * np.cos(angle), 226 + 152 * np.sin(angle) ** 0.88])
    brow = np.array([[-83, 183], [-69, 170], [-53, 166], [-37, 169], [-23, 176]])
    nose = np.array([[0, 222], [0, 238], [0, 254], [0, 269]])
    nostrils = np.array([[-14, 277], [-7, 281], [0, 283], [7, 281], [14, 277]])
    eye = np.array([[-77, 224], [-62, 206], [-40, 206], [-26, 225], [-41, 238], [-61, 238]])
    # fmt: off
    outer = np.array([[-39, 318], [-25, 314], [-9, 310], [0, 312], [9, 310], [25, 314], [39, 318],
                      [25, 329], [11, 335], [0, 336], [-11, 335], [-25, 329]])
    inner = np.array([[-33, 318.5], [-15, 320], [0, 321], [15, 320], [33, 318.5],
                      [15, 320], [0, 321], [-15, 320]])
    # fmt: on
    parts = [jaw, brow, _mirrored(brow), nose, nostrils, eye, _mirrored(eye)[_EYE_ORDER]]
    points = np.concatenate([*parts, outer, inner]).astype(np.float64)
    points[:, 0] += _MIDDLE
    return points


_EYE_ORDER = [2, 3, 4, 5, 0, 1]
"""Places of a mirrored right eye's points in a left eye, after ``_mirrored`` turned them round."""


def draw_cartoon() -> npt.NDArray[np.uint8]:
    """The cartoon, (480, 480, 3) RGB."""
    at = cartoon_landmarks()
    pen = _Pen()
    pen.fill(_oval(240, 230, 205, 205), _DISC)
    pen.fill(_oval(240, 205, 142, 152), _HAIR)  # behind the head
    pen.fill(_curve([[240, 160], [104, 190], [94, 280], [104, 346], [140, 370], [340, 370],
                     [376, 346], [386, 280], [376, 190]]), _HAIR)  # fmt: skip
    pen.fill(_curve([[200, 330], [198, 402], [180, 424], [240, 470], [300, 424], [282, 402],
                     [280, 330]]), _SHADE)  # fmt: skip
    shoulders = [[30, 560], [58, 462], [108, 426], [186, 404], [240, 452], [294, 404], [372, 426],
                 [422, 462], [450, 560]]  # fmt: skip
    pen.fill(_curve(shoulders), _SHIRT)
    pen.stroke(np.array([[188, 405], [238, 452]]), _COLLAR, 15)
    pen.stroke(np.array([[292, 405], [242, 452]]), _COLLAR, 15)
    for side in (-1, 1):
        pen.fill(_oval(_MIDDLE + side * 106, 244, 17, 25), _SHADE)
    jaw = contours.spline_matrix(contours.JAW, 6) @ at
    crown = np.array([[344, 226], [336, 150], [240, 92], [144, 150], [136, 226]])
    pen.fill(np.concatenate([jaw, _curve(crown, closed=False)]), _SKIN)
    for side in (-1, 1):
        pen.fill(_oval(_MIDDLE + side * 66, 272, 22, 14), _BLUSH)
    fringe = [[134, 226], [112, 196], [114, 150], [150, 90], [240, 60], [330, 90], [366, 150],
              [368, 196], [346, 226], [340, 188], [314, 146], [264, 114], [214, 142], [164, 152],
              [143, 186]]  # fmt: skip
    pen.fill(_curve(fringe), _HAIR)
    pen.stroke(_curve([[176, 106], [222, 88], [276, 88]], closed=False), _HAIR_LIGHT, 9)
    for first in (17, 22):
        pen.stroke(_curve(at[first : first + 5], closed=False), _HAIR, 8)
    for lids in (
        (contours.RIGHT_UPPER_LID, contours.RIGHT_LOWER_LID),
        (contours.LEFT_UPPER_LID, contours.LEFT_LOWER_LID),
    ):
        _draw_eye(pen, at, *lids)
    pen.stroke(_curve(at[31:36], closed=False), _SHADE, 5)
    _draw_mouth(pen, at)
    return pen.picture()


def _draw_eye(pen: "_Pen", at: Points, upper: tuple[int, ...], lower: tuple[int, ...]) -> None:
    above, below = (contours.spline_matrix(run, 6) @ at for run in (upper, lower))
    ring = np.concatenate([above, below[-2:0:-1]])
    x, y = ring.mean(axis=0)
    pen.fill(ring, _EYE)
    iris = _oval(x, y, 15, 16)
    pen.fill(iris, _IRIS, within=ring)
    pen.fill(_oval(x, y, 9.5, 10), _PUPIL, within=ring)
    pen.fill(_oval(x + 5, y - 6, 3.6, 3.6), _EYE, within=ring)
    pen.stroke(below, _SHADE, 2)
    # wholly on the lid, which a blink cuts from the eye a little above the landmarks
    pen.stroke(above - (0, 4), _OUTLINE, 5)


def _draw_mouth(pen: "_Pen", at: Points) -> None:
    above, below = (
        contours.spline_matrix(run, 6) @ at for run in (contours.UPPER_OUTER, contours.LOWER_OUTER)
    )
    pen.fill(np.concatenate([above, below[-2:0:-1]]), _LIPS)
    seam = contours.spline_matrix(contours.UPPER_INNER, 6) @ at
    pen.stroke(np.concatenate([at[48:49], seam, at[54:55]]), _SEAM, 3)


class _Pen:
    """Fills and strokes on a fine canvas."""

    def __init__(self) -> None:
        self._canvas = np.full((_FINE * SIZE, _FINE * SIZE, 3), _SKY, np.uint8)

    def fill(
        self, ring: Points, colour: tuple[int, int, int], within: Points | None = None
    ) -> None:
        """Fill a ring (N, 2), only inside another one where given."""
        mask = self._mask(ring)
        if within is not None:
            mask &= self._mask(within)
        self._canvas[mask > 0] = colour

    def stroke(self, line: Points, colour: tuple[int, int, int], width: float) -> None:
        """Draw a line (N, 2) with round ends."""
        cv2.polylines(
            self._canvas, [_fixed(line)], False, colour, round(width * _FINE), cv2.LINE_AA, _SHIFT
        )

    def picture(self) -> npt.NDArray[np.uint8]:
        """The drawing at its own size."""
        small = cv2.resize(self._canvas, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.uint8)

    def _mask(self, ring: Points) -> npt.NDArray[np.uint8]:
        mask = np.zeros(self._canvas.shape[:2], np.uint8)
        cv2.fillPoly(mask, [_fixed(ring)], (255,), cv2.LINE_8, _SHIFT)
        return mask


def _fixed(points: Points) -> npt.NDArray[np.int32]:
    # pixel centres are whole numbers in both: x lies at (x + 1/2) _FINE - 1/2
    return np.rint(((points + 0.5) * _FINE - 0.5) * (1 << _SHIFT)).astype(np.int32)


def _mirrored(points: npt.NDArray[np.floating]) -> Points:
    """Points about the middle line on its other side, in order from left to right."""
    return np.asarray(points[::-1] * (-1, 1), np.float64)


def _oval(x: float, y: float, across: float, down: float) -> Points:
    angle = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    return np.column_stack([x + across * np.cos(angle), y + down * np.sin(angle)])


def _curve(points: list[list[int]] | npt.NDArray[np.floating], closed: bool = True) -> Points:
    """A Catmull-Rom curve (N, 2) through points, as a ring or from end to end."""
    through = np.asarray(points, np.float64)
    ends = (through[-1:], through[:2]) if closed else (through[:1], through[-1:])
    p = np.concatenate([ends[0], through, ends[1]])
    t = np.linspace(0, 1, 12, endpoint=False)[:, None]
    spans = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2
               + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]  # fmt: skip
    return np.concatenate([*spans, p[-2:-1]])
