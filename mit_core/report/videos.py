"""Rendered clips inside the page, or beside it when they are too heavy to carry."""

import base64
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from mit_core.errors import UserError

MEGABYTE = 1e6  # bytes


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

    Args:
        paths: mp4 files, ``{portrait}--{speech}.mp4``.
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
        embedded = size <= room
        if embedded:
            room -= size
            content = base64.b64encode(path.read_bytes()).decode("ascii")
            source = f"data:video/mp4;base64,{content}"
        else:
            relative = os.path.relpath(path.absolute(), page.absolute().parent)
            source = quote(os.fsencode(Path(relative).as_posix()))
        portrait, _, speech = os.fsencode(path.stem).decode("utf-8", "replace").partition("--")
        videos.append(Video(portrait, speech, source, embedded, size / MEGABYTE))
    return videos
