"""The landmark sketch that an image-translation network is shown."""

from typing import NamedTuple

import cv2
import numpy as np

SIZE = 256  # pixels a side in the published networks
THICKNESS = 2

Colour = tuple[int, int, int]

# RGB, after the CSS names dodger blue, lime green, turquoise, tomato, violet.
_JAW, _BROW, _NOSE = (25, 144, 255), (50, 205, 50), (63, 224, 208)
_EYE, _MOUTH = (255, 99, 71), (238, 130, 238)


class _Line(NamedTuple):
    """One line through the points from ``first`` up to, but without, ``end``."""

    first: int
    end: int
    closed: bool
    colour: Colour


# In the order of drawing: the mouth lies over all others.
_LINES = {
    # iBUG
    68: (
        _Line(0, 17, False, _JAW),
        _Line(17, 22, False, _BROW),
        _Line(22, 27, False, _BROW),
        _Line(27, 36, False, _NOSE),
        _Line(36, 42, True, _EYE),
        _Line(42, 48, True, _EYE),
        _Line(48, 60, True, _MOUTH),
        _Line(60, 68, True, _MOUTH),
    ),
    # iBUG with 8 points an eye; the pupils, 72 and 73, are not drawn
    74: (
        _Line(0, 17, False, _JAW),
        _Line(17, 22, False, _BROW),
        _Line(22, 27, False, _BROW),
        _Line(27, 36, False, _NOSE),
        _Line(36, 44, True, _EYE),
        _Line(44, 52, True, _EYE),
        _Line(52, 64, True, _MOUTH),
        _Line(64, 72, True, _MOUTH),
    ),
    # WFLW, with brows that have two sides; the pupils, 96 and 97, are not drawn
    98: (
        _Line(0, 33, False, _JAW),
        _Line(33, 42, True, _BROW),
        _Line(42, 51, True, _BROW),
        _Line(51, 60, False, _NOSE),
        _Line(60, 68, True, _EYE),
        _Line(68, 76, True, _EYE),
        _Line(76, 88, True, _MOUTH),
        _Line(88, 96, True, _MOUTH),
    ),
}

POINTS = tuple(_LINES)
"""Numbers of landmarks that there is a sketch of."""


def draw_sketch(landmarks: np.ndarray, width: int = SIZE, height: int = SIZE) -> np.ndarray:
    """Draw landmarks as coloured lines on white; their number tells the scheme.

    Args:
        landmarks: (68, 74 or 98, 2 or more) pixels, truncated to whole ones as the published
            networks saw them; points may lie outside.
        width, height: of the drawing.

    Returns:
        uint8 (height, width, 3) RGB.

    Raises:
        ValueError: another number of landmarks.
    """
    if len(landmarks) not in _LINES:
        raise ValueError(f"a sketch has 68, 74 or 98 landmarks, not {len(landmarks)}")
    canvas = np.full((height, width, 3), 255, np.uint8)
    points = landmarks[:, :2].astype(np.int32)
    for line in _LINES[len(landmarks)]:
        ends = points[line.first : line.end].tolist()
        for start, end in zip(ends, ends[1:] + ends[:1] * line.closed, strict=False):
            cv2.line(canvas, start, end, line.colour, THICKNESS, cv2.LINE_8)
    return canvas
