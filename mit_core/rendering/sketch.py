"""The landmark sketch that an image-translation network is shown."""

import cv2
import numpy as np

SIZE = 256  # pixels a side in the published networks
THICKNESS = 2

# RGB, after the CSS names dodger blue, lime green, turquoise, tomato, violet.
_PARTS: tuple[tuple[tuple[int, ...], bool, tuple[int, int, int]], ...] = (
    (tuple(range(17)), False, (25, 144, 255)),
    (tuple(range(17, 22)), False, (50, 205, 50)),
    (tuple(range(22, 27)), False, (50, 205, 50)),
    (tuple(range(27, 36)), False, (63, 224, 208)),
    (tuple(range(36, 42)), True, (255, 99, 71)),
    (tuple(range(42, 48)), True, (255, 99, 71)),
    (tuple(range(48, 60)), True, (238, 130, 238)),
    (tuple(range(60, 68)), True, (238, 130, 238)),
)


def draw_sketch(landmarks: np.ndarray, width: int = SIZE, height: int = SIZE) -> np.ndarray:
    """Draw 68 landmarks as coloured lines on white.

    Args:
        landmarks: (68, 2 or 3) pixels, truncated to whole ones as the published networks saw
            them; points may lie outside.
        width, height: of the drawing.

    Returns:
        uint8 (height, width, 3) RGB.
    """
    canvas = np.full((height, width, 3), 255, np.uint8)
    points = landmarks[:, :2].astype(np.int32)
    for indices, closed, colour in _PARTS:
        ends = points[list(indices)].tolist()
        for start, end in zip(ends, ends[1:] + ends[:1] * closed, strict=False):
            cv2.line(canvas, start, end, colour, THICKNESS, cv2.LINE_8)
    return canvas
