"""Tells, by Python's audit events, when a reader does what no reader may."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_FORBIDDEN = re.compile(
    r"os\.(system|exec|fork|posix_spawn|startfile|kill)|subprocess\.|socket\.|ctypes\.dlopen|pty\."
)


class Watch:
    """Tells, by Python's audit events, when a reader does what no reader may."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.seen: list[str] = []
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.folder is None:
            return
        if _FORBIDDEN.match(event):
            self.seen.append(f"{event} {arguments}")
        elif event == "open" and isinstance(arguments[0], str | bytes):
            path, mode, flags = arguments
            writes = any(letter in (mode or "r") for letter in "wax+") or (flags or 0) & 3
            inside = str(self.folder) in (path if isinstance(path, str) else path.decode())
            if writes and not inside and path != "/dev/null":
                self.seen.append(f"{path} is written")

    @contextmanager
    def on(self, folder: Path) -> Iterator[None]:
        self.folder, self.seen = folder, []
        try:
            yield
        finally:
            self.folder = None
        assert not self.seen, self.seen
