"""What visitors give: taken to disk within bounds, looked at, and kept in a form of our own."""

import time
import unicodedata
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from mit_core.errors import ClipError, UserError
from mit_core.faces.scheme import N_POINTS
from mit_core.media.audio import mono_blocks, write_wav
from mit_core.media.ffmpeg import MAX_PIXELS
from mit_core.media.image import read_image, write_image
from mit_core.media.intake import Settings as IntakeSettings
from mit_core.media.probe import probe
from mit_core.studio.replies import RefusalError
from mit_core.studio.store import PORTRAITS, SPEECHES, Medium, Store

LONGEST_SIDE = 1280
"""Pixels of a portrait's longer side; a larger one is scaled down: each frame has as many."""
SMALLEST_SIDE = 64
LONGEST_SPEECH_S = 600.0

_SOUND_HZ = 48_000  # of what is kept: videos carry this sound
_SILENCE = 10 ** (IntakeSettings().silence_dbfs / 20)
_LONGEST_NAME = 120
# Those of PIL's readers that need no other program.
_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "AVIF")


def shown_name(given: str, otherwise: str) -> str:
    """A visitor's file name, fit to be shown; it is never a path."""
    last = given.replace("\\", "/").rpartition("/")[2]
    clean = "".join(c for c in last if not unicodedata.category(c).startswith("C")).strip()
    return clean[:_LONGEST_NAME] or otherwise


async def receive(
    body: AsyncIterator[bytes], declared: int | None, limit: int, folder: Path
) -> Path:
    """Write a request's body to a file of a random name, and stop where it grows too large.

    Raises:
        RefusalError: it is, or says to be, larger than ``limit`` bytes; or it is empty.
    """
    too_large = RefusalError("too_large", 413, limit=f"{limit / 1e6:g}")
    if declared is not None and declared > limit:
        raise too_large
    path = folder / uuid.uuid4().hex
    size = 0
    try:
        with path.open("wb") as file:
            async for block in body:
                size += len(block)
                if size > limit:
                    raise too_large
                file.write(block)
        if size == 0:
            raise RefusalError("empty")
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _readable() -> list[str]:
    """Those of the formats that this PIL was built with."""
    Image.init()
    return [name for name in _FORMATS if name in Image.OPEN]


def take_portrait(store: Store, raw: Path, name: str) -> Medium:
    """Keep a picture: upright, without its metadata, no larger than can be drawn in good time.

    Raises:
        RefusalError: it is no picture, or none of a size that will do.
    """
    name = shown_name(name, "portrait")
    try:
        with Image.open(raw, formats=_readable()) as opened:
            width, height = opened.size
        if width * height > MAX_PIXELS:
            raise RefusalError("too_many_pixels", name=name, most=f"{MAX_PIXELS / 1e6:.0f}")
        image = read_image(raw)
    except RefusalError:
        raise
    except (UserError, UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise RefusalError("not_picture", name=name) from error
    height, width = image.shape[:2]
    if min(width, height) < SMALLEST_SIDE:
        raise RefusalError("too_few_pixels", name=name, least=SMALLEST_SIDE)
    factor = min(1.0, LONGEST_SIDE / max(width, height))
    size = max(1, round(width * factor)), max(1, round(height * factor))
    if factor < 1:
        scaled = Image.fromarray(image).resize(size, Image.Resampling.LANCZOS)
        image = np.asarray(scaled)
    id_, path = store.new(PORTRAITS)
    write_image(path, image)
    facts = {"size": size, "original": (width, height)}
    return store.keep(PORTRAITS, id_, name, time.time(), facts)


def take_speech(store: Store, raw: Path, name: str) -> Medium:
    """Keep the sound of a recording or video as a wav.

    Raises:
        ClipError: it cannot be read, or has no sound.
        RefusalError: it is silent, too short or too long.
    """
    name = shown_name(name, "speech")
    info = probe(raw)
    if info.audio is None:
        raise ClipError("no_audio", f"{name} has no sound track.")
    blocks, samples = [], 0
    for block in mono_blocks(raw, _SOUND_HZ):
        samples += len(block)
        if samples > LONGEST_SPEECH_S * _SOUND_HZ:  # headers may say otherwise
            raise RefusalError("too_long", name=name, most=f"{LONGEST_SPEECH_S / 60:g}")
        blocks.append(block)
    sound = np.concatenate(blocks) if blocks else np.empty(0, np.float32)
    least = IntakeSettings().min_seconds
    if samples < least * _SOUND_HZ:
        raise RefusalError("too_short", name=name, least=f"{least:g}")
    if np.abs(sound).max() < _SILENCE:
        raise RefusalError("silent", name=name)
    id_, path = store.new(SPEECHES)
    write_wav(path, sound, _SOUND_HZ)
    facts = {"seconds": round(samples / _SOUND_HZ, 2)}
    return store.keep(SPEECHES, id_, name, time.time(), facts)


def own_copy(store: Store, portrait: Medium) -> Medium:
    """An upload that can be given landmarks of its own, whosever picture it is."""
    if portrait.origin == "upload":
        return portrait
    id_, path = store.new(PORTRAITS)
    write_image(path, read_image(portrait.path))
    return store.keep(PORTRAITS, id_, portrait.name, time.time(), portrait.facts)


def checked_points(given: Any, size: tuple[int, int]) -> np.ndarray:
    """Landmarks that a visitor placed, (68, 2).

    Raises:
        RefusalError: they are not 68 points inside the picture.
    """
    try:
        points = np.array(given, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise RefusalError("points") from None
    if points.shape != (N_POINTS, 2) or not np.isfinite(points).all():
        raise RefusalError("points")
    if (points < 0).any() or (points > size).any():
        raise RefusalError("points_outside")
    return points
