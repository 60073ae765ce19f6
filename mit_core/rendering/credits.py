"""What made a video, for its metadata."""

import datetime
import hashlib
from collections.abc import Mapping
from pathlib import Path

from mit_core import __version__

_DIGITS = 12  # of a file's SHA-256: enough to tell any two files apart that anybody has


def credits_of(networks: Mapping[str, str | Path]) -> str:
    """One line: the program, each network with the beginning of its file's SHA-256, and the day.

    Args:
        networks: name and checkpoint.
    """
    parts = [f"mit-core {__version__}"]
    for name, path in networks.items():
        with Path(path).open("rb") as file:
            parts.append(f"{name} {hashlib.file_digest(file, 'sha256').hexdigest()[:_DIGITS]}")
    return f"{', '.join(parts)}; {datetime.datetime.now(datetime.UTC):%Y-%m-%d}"
