"""Batches of pairs: what an image network is given, and the frame it should make of it."""

from dataclasses import dataclass, fields

import cv2
import numpy as np
import numpy.typing as npt

from mit_core.rendering.sketch import draw_sketch
from mit_core.training.frame_pool import FramePool
from mit_core.training.pieces import Piece, Source

Pictures = npt.NDArray[np.uint8]

_DRAWN = 3  # a stream of random numbers of its own
_TINT = 1 / 3
"""How much of the gain's variation is each colour channel's own."""


@dataclass(frozen=True)
class Pairs:
    """N pairs of S pixels a side.

    Attributes:
        sketches: uint8 (N, S, S, 3) RGB, of the frames' landmarks.
        seconds: likewise, the portraits or the warped portraits.
        portraits: likewise, the portraits.
        truths: likewise, the frames.
        landmarks: shape = (N, 68, 3), of the frames, pixels of the crop.
    """

    sketches: Pictures
    seconds: Pictures
    portraits: Pictures
    truths: Pictures
    landmarks: npt.NDArray[np.float32]


class PairSampler:
    """Draws batches; which ones follows from the pool's seed and the step.

    Args:
        pool: of pieces.
        batch_size: pairs of a batch.
        gain: brightness and colours vary by up to this share, of portrait and frame alike.
        mirror: turn every other pair left to right.
    """

    def __init__(self, pool: FramePool, batch_size: int, gain: float, mirror: bool):
        self.pool, self.batch_size, self.gain, self.mirror = pool, batch_size, gain, mirror

    def batch(self, step: int) -> Pairs:
        """The pairs of a step."""
        rng = np.random.default_rng([*self.pool.seed, _DRAWN, step])
        chosen = []
        for piece in self.pool.draw(step, rng, self.batch_size):
            source = piece.sources[int(rng.integers(len(piece.sources)))]
            chosen.append((piece, source, int(rng.choice(len(piece.chances), p=piece.chances))))
        pairs = make_pairs(chosen)
        for number in range(len(chosen)):
            _vary_light(pairs, number, self.gain, rng)
            if self.mirror and rng.random() < 0.5:
                _mirror(pairs, number)
        return pairs


def make_pairs(chosen: list[tuple[Piece, Source, int]]) -> Pairs:
    """Pairs of (piece, source, number of the frame in the piece), all of one size."""
    size = chosen[0][0].frames.shape[1]
    points = [piece.points(frame) for piece, _, frame in chosen]
    return Pairs(
        sketches=np.stack([draw_sketch(each, size, size) for each in points]),
        seconds=np.stack([piece.second(source, frame) for piece, source, frame in chosen]),
        portraits=np.stack([source.picture for _, source, _ in chosen]),
        truths=np.stack([piece.frames[frame] for piece, _, frame in chosen]),
        landmarks=np.stack(points).astype(np.float32),
    )


def take_pairs(pairs: Pairs, numbers: npt.NDArray[np.int64]) -> Pairs:
    """Some of the pairs."""
    return Pairs(
        *(getattr(pairs, part.name)[numbers] for part in fields(pairs)),
    )


def _vary_light(pairs: Pairs, number: int, gain: float, rng: np.random.Generator) -> None:
    """Another exposure and white balance, the same for all pictures of the pair."""
    factors = (1 + gain * rng.uniform(-1, 1)) * (1 + _TINT * gain * rng.uniform(-1, 1, 3))
    table = np.arange(256)[:, None, None] * factors[None, None]
    table = np.rint(table).clip(0, 255).astype(np.uint8)
    for pictures in (pairs.seconds, pairs.portraits, pairs.truths):
        pictures[number] = cv2.LUT(pictures[number], table.reshape(1, 256, 3))


def _mirror(pairs: Pairs, number: int) -> None:
    """Left to right; a sketch's sides have the same colours."""
    for pictures in (pairs.sketches, pairs.seconds, pairs.portraits, pairs.truths):
        pictures[number] = pictures[number, :, ::-1].copy()
    pairs.landmarks[number, :, 0] = pairs.truths.shape[2] - 1 - pairs.landmarks[number, :, 0]
