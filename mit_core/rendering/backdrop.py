"""What is behind a portrait with transparency, and colours that leave no fringe there."""

import re
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from mit_core.errors import UserError
from mit_core.media.image import read_image

WHITE = "#ffffff"
_HALF = 128
"""Coverage from which on a pixel's own colour is that of what it shows."""

Picture = npt.NDArray[np.uint8]


def check_backdrop(given: str) -> None:
    """Raise a UserError where a background is neither ``#rrggbb`` nor a picture that is there."""
    if not re.fullmatch("#[0-9a-fA-F]{6}", given) and not Path(given).is_file():
        raise UserError(
            f"render.background is '{given}'; give a colour as #rrggbb, or the path of a picture"
        )


def open_backdrop(given: str | Path, width: int, height: int) -> Picture:
    """A background of the frames' size, (height, width, 3) RGB.

    Args:
        given: ``#rrggbb``, or the path of a picture; it fills the frame, its middle is kept.
        width, height: of the frames, pixels.

    Raises:
        UserError: it is neither a colour nor a picture.
    """
    text = str(given)
    check_backdrop(text)
    if text.startswith("#"):
        return np.full((height, width, 3), [int(text[k : k + 2], 16) for k in (1, 3, 5)], np.uint8)
    picture = over(read_image(given), np.full(3, 255, np.uint8))
    zoom = max(height / picture.shape[0], width / picture.shape[1])
    rows = max(height, round(zoom * picture.shape[0]))
    columns = max(width, round(zoom * picture.shape[1]))
    # averaging where it shrinks
    way = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    filled = cv2.resize(picture, (columns, rows), interpolation=way)
    x, y = (columns - width) // 2, (rows - height) // 2
    return np.ascontiguousarray(filled[y : y + height, x : x + width], np.uint8)


def over(frame: Picture, background: Picture) -> Picture:
    """A frame (H, W, 3 or 4) on a background (H, W, 3) or colour (3,); (H, W, 3)."""
    if frame.shape[2] == 3:
        return frame
    alpha = frame[..., 3:].astype(np.float32) / 255
    return np.rint(alpha * frame[..., :3] + (1 - alpha) * background).astype(np.uint8)


def bled(image: Picture) -> Picture:
    """A picture whose transparent pixels have the colour of the nearest that is seen.

    A pixel that is read between two mixes their colours, and files hold any colour, mostly black,
    where nothing is seen: it would show as a fringe around whatever moves.

    Args:
        image: uint8 (H, W, 3 or 4). Returns a copy where it has transparency.
    """
    if image.shape[2] == 3:
        return image
    hidden = (image[..., 3] < _HALF).astype(np.uint8)
    if not hidden.any() or hidden.all():
        return image
    _, labels = cv2.distanceTransformWithLabels(
        hidden, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    seen = hidden == 0
    colours = np.zeros((labels.max() + 1, 3), np.uint8)
    colours[labels[seen]] = image[seen, :3]
    spread = image.copy()
    spread[..., :3] = np.where(seen[..., None], image[..., :3], colours[labels])
    return spread
