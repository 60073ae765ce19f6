"""Rendered clips inside the page, or beside it when too heavy to carry; pictures inside."""

import base64
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from mit_core.errors import UserError

MEGABYTE = 1e6  # bytes
# ProRes is for editing programs: hardly a browser plays it, and it takes much room.
NEVER_EMBEDDED = {".mov"}
TYPES = {
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".png": "image/png",
    ".jpg": "image/jpeg",
}


@dataclass(frozen=True)
class Video:
    """One clip of the page.

    Attributes:
        portrait: who is seen; the whole name when the file's name does not tell.
        speech: whose audio is heard, or "".
        source: the ``src`` of its element: a data URI, or a relative address.
        embedded: whether ``source`` carries the clip itself.
        size: size of the file in MB.
    """

    portrait: str
    speech: str
    source: str
    embedded: bool
    size: float


def place_videos(paths: Sequence[Path], page: Path, embed_mb: float) -> list[Video]:
    """Embed clips in order while their total size stays within ``embed_mb``; link the others.

    A mov is always linked.

    Args:
        paths: mp4, webm or mov files, ``{portrait}--{speech}.mp4``.
        page: the file that will show them; links are relative to its folder.
        embed_mb: limit on the embedded files' total size, in MB (10^6 bytes).

    Raises:
        UserError: a file is absent.
    """
    room = embed_mb * MEGABYTE
    videos = []
    for path in paths:
        if not path.is_file():
            raise UserError(f"{path} does not exist; render the clip before writing the report.")
        size = path.stat().st_size
        embedded = size <= room and path.suffix.lower() not in NEVER_EMBEDDED
        if embedded:
            room -= size
            source = _inside(path)
        else:
            relative = os.path.relpath(path.absolute(), page.absolute().parent)
            source = quote(os.fsencode(Path(relative).as_posix()))
        portrait, _, speech = os.fsencode(path.stem).decode("utf-8", "replace").partition("--")
        videos.append(Video(portrait, speech, source, embedded, size / MEGABYTE))
    return videos


def embedded_picture(path: Path) -> str:
    """A PNG or JPEG file as the ``src`` of its element.

    Raises:
        UserError: it is absent.
    """
    if not path.is_file():
        raise UserError(f"{path} does not exist; the report wants to show this picture.")
    return _inside(path)


def _inside(path: Path) -> str:
    content = base64.b64encode(path.read_bytes()).decode("ascii")
    return f"data:{TYPES[path.suffix.lower()]};base64,{content}"
