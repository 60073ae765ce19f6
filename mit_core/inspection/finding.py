"""What was found in a file or folder."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Finding:
    """What a file or folder is.

    Attributes:
        kind: in a few words, e.g. ``video``.
        words: what there is to know of it, a sentence each.
        facts: the same for machines, plain values.
        good: it can be used; else the first of ``words`` says why not.
    """

    kind: str
    words: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    good: bool = True


def counted(number: int, one: str, several: str = "") -> str:
    """A number with its noun: ``1 clip``, ``2,000 clips``."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def size_of(path: Path) -> str:
    """A file's size, in a unit that a person would use."""
    size = float(path.stat().st_size)
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} GB"
