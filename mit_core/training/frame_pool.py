"""The pieces of footage that batches are drawn from: as many as memory may hold, taking turns.

What is in the pool at a step, and which sources each piece has, follows from the seed and the step
alone, so that a run that was cut off goes on as if it had not been.
"""

import logging
from collections import Counter
from functools import partial
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from mit_core.errors import UserError
from mit_core.rendering.source_frame import source_frames
from mit_core.training.footage import Footage
from mit_core.training.pieces import MOST_FRAMES, Piece, cut_piece

log = logging.getLogger(__name__)

TURN = 4
"""Steps after which the oldest piece leaves a full pool for a new one: cutting one out takes about
as long as the pairs of a step."""
_WARP_BYTES = 500
"""Of a source's mesh warp, a pixel of its crop: doubled texture and maps (measured: 240 to 750,
more where the face is a small part of a large picture)."""
_MEGABYTE = 2**20
_CHOICE = 3
"""Frames that a source is drawn from, after the best one; drawn anew when a piece comes back."""
_ORDER, _SOURCES = 1, 2  # streams of random numbers, of their own

Slot = tuple[int, int]
"""A piece's number, and how many times all the footage had its turn before."""


class FramePool:
    """Pieces of footage, decoded when they are first asked for and dropped when their turn is over.

    Args:
        footage: at least one stretch.
        size: pixels a side of the crops.
        scale: of the ``FaceCrop``.
        sources: of a piece.
        warped: give the sources a mesh warp.
        megabytes: that the pieces may take together.
        seed: of everything random; a sequence of numbers.
    """

    def __init__(
        self,
        footage: Footage,
        *,
        size: int,
        scale: float,
        sources: int,
        warped: bool,
        megabytes: float,
        seed: list[int],
    ):
        self.footage, self.seed = footage, seed
        self._sources = sources
        self._cut = partial(cut_piece, footage, size=size, scale=scale, warped=warped)
        self.pieces = _spans(footage)
        each = size**2 * (MOST_FRAMES * 3 + warped * sources * _WARP_BYTES)
        self.room = int(np.clip(megabytes * _MEGABYTE // each, 1, len(self.pieces)))
        self._held: dict[Slot, Piece | None] = {}

    def slots(self, step: int) -> list[Slot]:
        """What is in the pool at a step."""
        total = len(self.pieces)
        turn = 0 if self.room == total else step // TURN
        places = [divmod(turn + place, total) for place in range(self.room)]
        orders = {
            round_: np.random.default_rng([*self.seed, _ORDER, round_]).permutation(total)
            for round_ in {round_ for round_, _ in places}
        }
        return [(int(orders[round_][place]), round_) for round_, place in places]

    def chances(self, slots: list[Slot]) -> np.ndarray:
        """How often each is drawn: a speaker with four times the pieces counts twice as much."""
        speakers = [self.footage.speakers[self.pieces[piece][0]] for piece, _ in slots]
        counts = Counter(speakers)
        weights = np.array([counts[speaker] ** -0.5 for speaker in speakers])
        return np.asarray(weights / weights.sum())

    def draw(self, step: int, rng: np.random.Generator, count: int) -> list[Piece]:
        """Pieces, some perhaps several times.

        Raises:
            UserError: no piece's face is large enough.
        """
        slots = self.slots(step)
        for slot in self._held.keys() - set(slots):
            del self._held[slot]
        chances = self.chances(slots)
        drawn: list[Piece] = []
        for _ in range(10 * count):
            piece = self._piece(slots[int(rng.choice(len(slots), p=chances))])
            if piece is not None:
                drawn.append(piece)
            if len(drawn) == count:
                return drawn
        raise UserError(
            "The training footage's faces are too small to be warped: use footage of larger faces."
        )

    def _piece(self, slot: Slot) -> Piece | None:
        if slot not in self._held:
            number, round_ = slot
            clip, start, stop = self.pieces[number]
            rng = np.random.default_rng([*self.seed, _SOURCES, round_, number])
            sources = _sources(self.footage.clip(clip)[start:stop], self._sources, rng)
            try:
                piece = self._cut(clip, start, stop, sources=sources)
            except UserError as error:
                log.warning("%s is left out: %s", self.footage.names[clip], error)
                piece = None
            self._held[slot] = piece
        return self._held[slot]


def _sources(
    landmarks: npt.NDArray[np.floating], count: int, rng: np.random.Generator
) -> list[int]:
    """The best portrait among frames, and some of the next ones."""
    best, *others = source_frames(landmarks, 1 + _CHOICE * (count - 1))
    return [best, *(int(frame) for frame in rng.permutation(others)[: count - 1])]


def _spans(footage: Footage) -> list[tuple[int, int, int]]:
    """Every stretch in even pieces: its number, first frame and the frame it ends before."""
    spans = []
    for clip in range(len(footage)):
        length = len(footage.clip(clip))
        ends = np.linspace(0, length, -(-length // MOST_FRAMES) + 1).astype(int).tolist()
        spans += [(clip, start, stop) for start, stop in pairwise(ends)]
    return spans
