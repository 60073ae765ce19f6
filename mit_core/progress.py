"""How far a long stage is, and how long it may take yet, in lines that a log can keep.

Stages run side by side, so that none can own a line of the terminal: each tells its own in turn.
Trainings, which run for hours, have bars instead.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import TextIO, TypeVar

from mit_core.logs import terminal

_FIRST_S, _EVERY_S = 10.0, 15.0
"""Seconds until a stage says anything, and between two of its lines."""

T = TypeVar("T")


def told(
    items: Iterable[T],
    title: str,
    unit: str,
    *,
    total: int | None = None,
    to: TextIO | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[T]:
    """Yield the items, and say on the terminal how many are done once that takes a while.

    Args:
        items: what is worked through; the work is what happens between two of them.
        title: of the stage.
        unit: what the items are, in the plural.
        total: how many there will be, where ``items`` has no length.
        to: where the lines go; by default the terminal of the running job, else nowhere.
        clock: in seconds.
    """
    if total is None and isinstance(items, Sized):
        total = len(items)
    started = clock()
    due = started + _FIRST_S
    for done, item in enumerate(items):
        if (now := clock()) >= due:
            due = now + _EVERY_S
            stream = to or terminal()
            if stream is not None:
                stream.write(_line(title, unit, done, total, now - started) + "\n")
        yield item


def _line(title: str, unit: str, done: int, total: int | None, seconds: float) -> str:
    if total is None:
        return f"{title}: {done} {unit}"
    line = f"{title}: {done} of {total} {unit}"
    return f"{line}, about {duration((total - done) * seconds / done)} left" if done else line


def duration(seconds: float) -> str:
    """A length of time in words, as exact as an estimate deserves."""
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
