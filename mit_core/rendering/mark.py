"""A word in the corner of every frame, for those who look and read no metadata."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

_HEIGHT = 1 / 24
"""Of the letters, over the picture's shorter side."""
_MARGIN = 0.5  # of the letters' height, to the picture's edges
_WIDEST = 0.9  # of the picture's width; longer words get smaller letters
_STRENGTH = 0.8  # opacity: read on any ground, and the picture seen through it
_OUTLINE = 1 / 10  # of the letters' height


def marked(frame: npt.NDArray[np.uint8], words: str) -> npt.NDArray[np.uint8]:
    """A copy of the frame with words in its lower right corner, white with a dark outline.

    Args:
        frame: shape = (H, W, 3) RGB or (H, W, 4) RGBA, uint8; the words are opaque enough to be
            read over nothing, too.
        words: one line.
    """
    ink, cover = _letters(words, frame.shape[1], frame.shape[0])
    height, width = cover.shape
    out = frame.copy()
    corner = out[-height:, -width:]
    share = cover[..., None]
    colours = corner[..., :3] * (1 - share) + ink[..., None] * share
    corner[..., :3] = np.rint(colours).astype(np.uint8)
    if frame.shape[2] == 4:
        alpha = corner[..., 3] * (1 - cover) + 255 * cover
        corner[..., 3] = np.rint(alpha).astype(np.uint8)
    return out


@lru_cache(maxsize=4)
def _letters(
    words: str, width: int, height: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Grey values 0..255 and opacity 0..1 of the corner that the words take."""
    size = max(8.0, min(width, height) * _HEIGHT)
    length = ImageFont.load_default(size).getlength(words)
    size *= min(1.0, _WIDEST * width / max(length, 1.0))
    font = ImageFont.load_default(size)
    outline = max(1, round(size * _OUTLINE))
    left, top, right, bottom = font.getbbox(words, stroke_width=outline)
    margin = round(size * _MARGIN)
    box = (
        min(width, round(right - left) + 2 * margin),
        min(height, round(bottom - top) + 2 * margin),
    )
    place = (margin - left, margin - top)
    white, any_ink = Image.new("L", box), Image.new("L", box)
    ImageDraw.Draw(white).text(place, words, 255, font)
    ImageDraw.Draw(any_ink).text(place, words, 255, font, stroke_width=outline, stroke_fill=255)
    cover = np.asarray(any_ink, np.float32) / 255 * _STRENGTH
    return np.asarray(white, np.float32), cover
