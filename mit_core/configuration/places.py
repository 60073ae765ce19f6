"""Questions on paths that anybody may have written: none ends in an error."""

from pathlib import Path

from mit_core.configuration.words import shown

_MOST = 500
"""Characters of a path."""


def named(path: str | Path) -> str:
    """A path as a sentence may hold it: in one line, and not without end."""
    text = str(path)
    return text if text.isprintable() and len(text) <= _MOST else shown(text)


def within(path: str | Path, folder: str | Path) -> bool:
    """A path leads into a folder or is that folder, links followed."""
    try:
        return Path(path).resolve().is_relative_to(Path(folder).resolve())
    except (OSError, RuntimeError, ValueError):  # links in a ring; a NUL
        return False


def same(path: str | Path, other: str | Path) -> bool:
    """Two paths lead to one place, links followed."""
    return within(path, other) and within(other, path)
