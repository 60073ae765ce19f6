"""Batches made while the network learns from the one before."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """Makes what belongs to a step, and at once that of the next step in a thread of its own.

    Args:
        make: what belongs to a step, which must follow from its number; called in one thread at a
            time.
        background: False makes everything when it is asked for.
    """

    def __init__(self, make: Callable[[int], T], background: bool):
        self._make = make
        self._thread = ThreadPoolExecutor(1, "batches") if background else None
        self._next: tuple[int, Future[T]] | None = None

    def get(self, step: int) -> T:
        """What belongs to a step; raises what making it raised."""
        if self._thread is None:
            return self._make(step)
        ready, self._next = self._next, None
        if ready is not None and ready[0] != step:
            ready[1].cancel()
            ready = None
        future = ready[1] if ready else self._thread.submit(self._make, step)
        made = future.result()
        self._next = step + 1, self._thread.submit(self._make, step + 1)
        return made
