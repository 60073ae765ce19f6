"""Reading and writing still pictures."""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from mit_core.errors import UserError, reason_of
from mit_core.files import written_whole
from mit_core.media.ffmpeg import MAX_PIXELS

# PIL's 16-bit grey modes; it clips them when it converts, so they are scaled by hand.
_GREY_16 = ("I;16", "I;16L", "I;16B", "I")

_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "PPM")
"""Pictures and nothing else: PIL would hand PostScript to a program that runs it."""

_STRIP = 1 << 22
"""Pixels that are copied from PIL at a time."""

_DAMAGE = (
    *(OSError, ValueError, SyntaxError, TypeError, LookupError, AttributeError, EOFError),
    *(ArithmeticError, MemoryError, RuntimeError, struct.error, zlib.error),
)
"""What damaged bytes provoke in PIL."""


def read_image(path: str | Path) -> npt.NDArray[np.uint8]:
    """Read a picture upright (its EXIF rotation applied).

    A file of some bytes may ask for ``MAX_PIXELS``, more than the 50 million of phones: at 17 bytes
    a pixel (what WebP's decoder takes, PIL's copy and ours) that is 1.1 GB.

    Returns:
        shape = (H, W, 3) RGB, or (H, W, 4) RGBA where the file has transparency; uint8.

    Raises:
        UserError: the file is missing, or is not a picture.
    """
    file = Path(path)
    try:
        with _without_warning(), Image.open(file, formats=_FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise Image.DecompressionBombError
            return _pixels(_upright(opened))
    except FileNotFoundError as error:
        raise UserError(f"{file}: there is no such picture. Check the path.") from error
    except UnidentifiedImageError as error:
        raise UserError(
            f"{file.name} is not a picture that can be read. Give a PNG or JPEG file."
        ) from error
    except Image.DecompressionBombError as error:
        raise UserError(
            f"{file.name} has more than {MAX_PIXELS:,} pixels, more than fit into memory. Make "
            "it smaller; a portrait of 4,000 pixels a side is plenty."
        ) from error
    except _DAMAGE as error:
        raise UserError(f"{file.name} cannot be read as a picture: {reason_of(error)}.") from error


@contextmanager
def _without_warning() -> Iterator[None]:
    """PIL warns above a number of pixels of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        yield


def _upright(opened: Image.Image) -> Image.Image:
    opened.load()
    # notes beside the picture that cannot be read say nothing of it
    with suppress(*_DAMAGE):
        ImageOps.exif_transpose(opened, in_place=True)
    return opened


def _pixels(image: Image.Image) -> npt.NDArray[np.uint8]:
    if image.mode == "P" and image.palette is None:
        raise ValueError("it has no palette")
    grey_16 = image.mode in _GREY_16
    mode = "RGBA" if image.has_transparency_data and not grey_16 else "RGB"
    pixels = np.empty((image.height, image.width, len(mode)), np.uint8)
    rows = max(1, _STRIP // image.width)
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(top + rows, image.height)))
        if grey_16:
            grey = (np.asarray(strip).astype(np.uint32) >> 8).astype(np.uint8)
            strip = Image.fromarray(grey)
        pixels[top : top + rows] = np.asarray(strip.convert(mode))
    return pixels


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
