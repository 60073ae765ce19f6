"""Reading and writing still pictures."""

import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from mit_core.errors import UserError
from mit_core.files import written_whole

# PIL's 16-bit grey modes; it clips them when it converts, so they are scaled by hand.
_GREY_16 = ("I;16", "I;16L", "I;16B", "I")

_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "DIB", "TIFF", "GIF", "PPM")
"""Pictures and nothing else: PIL would hand PostScript to a program that runs it."""

_MOST_PIXELS = 2 * (Image.MAX_IMAGE_PIXELS or 0)
"""What PIL reads without a word of warning, twice."""

_DAMAGE = (
    *(OSError, ValueError, SyntaxError, TypeError, LookupError, AttributeError, EOFError),
    *(ArithmeticError, MemoryError, RuntimeError, struct.error, zlib.error),
)
"""What damaged bytes provoke in PIL."""


def read_image(path: str | Path) -> npt.NDArray[np.uint8]:
    """Read a picture upright (its EXIF rotation applied).

    Returns:
        shape = (H, W, 3) RGB, or (H, W, 4) RGBA where the file has transparency; uint8.

    Raises:
        UserError: the file is missing, or is not a picture.
    """
    file = Path(path)
    try:
        with warnings.catch_warnings(), Image.open(file, formats=_FORMATS) as opened:
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = _upright(opened)
            if image.mode in _GREY_16:
                grey = (np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8)
                image = Image.fromarray(grey)
            transparent = image.has_transparency_data
            return np.array(image.convert("RGBA" if transparent else "RGB"))
    except FileNotFoundError as error:
        raise UserError(f"{file}: there is no such picture. Check the path.") from error
    except UnidentifiedImageError as error:
        raise UserError(
            f"{file.name} is not a picture that can be read. Give a PNG or JPEG file."
        ) from error
    except Image.DecompressionBombError as error:
        raise UserError(
            f"{file.name} has more than {_MOST_PIXELS:,} pixels, more than fit into memory. Make "
            "it smaller; a portrait of 4,000 pixels a side is plenty."
        ) from error
    except _DAMAGE as error:
        raise UserError(
            f"{file.name} cannot be read as a picture: {str(error)[:200] or 'it is damaged'}."
        ) from error


def _upright(opened: Image.Image) -> Image.Image:
    opened.load()
    try:
        return ImageOps.exif_transpose(opened)
    except _DAMAGE:  # notes beside the picture that cannot be read say nothing of it
        return opened


def write_image(path: str | Path, image: npt.NDArray[np.uint8]) -> None:
    """Write a picture, whole or not at all; the suffix chooses the format (.png, .jpg …).

    Args:
        path: where to.
        image: shape = (H, W), (H, W, 3) RGB or (H, W, 4) RGBA; uint8. JPEG takes no transparency.
    """
    with written_whole(path) as part:
        Image.fromarray(np.ascontiguousarray(image)).save(part)


def opaque(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A picture (H, W, 3 or 4) over white, as a viewer would show it; (H, W, 3)."""
    if image.shape[2] == 3:
        return image
    alpha = image[..., 3:].astype(np.float32) / 255
    return np.rint(image[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
