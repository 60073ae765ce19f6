"""What a full disk looks like to whoever runs into it."""

import errno
import re
from pathlib import Path

from mit_core.errors import UserError

_FULL = {errno.ENOSPC, errno.EDQUOT}
# The system's words, as ffmpeg and torch pass them on, and numpy's own.
_WORDS = re.compile(
    r"no space left on device|disk quota exceeded|\d+ requested and \d+ written", re.I
)


class DiskFullError(UserError):
    """There was no room for what had to be written."""

    def __init__(self, folder: str | Path):
        super().__init__(
            f"The disk that holds {folder} is full: make space on it, then run the same command "
            "again. What was done is kept, and nothing half-written is taken for whole."
        )
        self.folder = str(folder)

    def __reduce__(self) -> tuple[type, tuple[str]]:  # survives a process pool
        return (type(self), (self.folder,))


def disk_full(error: BaseException, folder: str | Path) -> DiskFullError | None:
    """The error for a person, where a full disk is behind an error; else None.

    Args:
        error: as caught; what it comes from is looked at, too, since libraries hide the cause.
        folder: that was being written to, where the error names no file itself.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, DiskFullError):
            return cause
        if isinstance(cause, OSError) and cause.errno in _FULL:
            # of a copy the second file is the one that was written
            written = cause.filename2 or cause.filename
            return DiskFullError(Path(written).parent if written else folder)
        if _WORDS.search(str(cause)):
            return DiskFullError(folder)
        cause = cause.__cause__ or cause.__context__
    return None
