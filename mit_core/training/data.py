"""Batches drawn straight from memory-mapped sequences, so memory does not grow with the corpus."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mit_core.models.windows import WINDOW
from mit_core.sequences import Sequences

Array = npt.NDArray[np.float32]

CHUNK = 26
"""Frames of a training chunk: 17 that warm the LSTM up, then 9 with a loss.

Longer chunks train more predictions a second, but the further ones have heard more than the 18
frames that are heard in use; at the same cost, 26 came out better than 22 and 34 on held-out clips.
"""

PREDICTED = CHUNK - WINDOW + 1


@dataclass(frozen=True)
class Batch:
    """Random pieces of footage.

    Attributes:
        features: shape = (B, L, F), not standardised.
        landmarks: shape = (B, P, 204), face units: of the frames that the pieces predict.
        sequences: shape = (B,), which sequence each piece is of.
    """

    features: Array
    landmarks: Array
    sequences: npt.NDArray[np.int64]


class ChunkSampler:
    """Draws chunks, every speaker equally often and every frame of a speaker alike.

    Args:
        sequences: the training split; sequences without frames are never drawn.
        predict_frame: which frame of its 18-frame window a landmark frame is.
    """

    def __init__(self, sequences: Sequences, predict_frame: int):
        self.sequences = sequences
        self.predict_frame = predict_frame
        lengths = np.diff(sequences.offsets).astype(np.float64)
        totals: dict[str, float] = {}
        for speaker, length in zip(sequences.speakers, lengths, strict=True):
            totals[speaker] = totals.get(speaker, 0.0) + length
        heard = sum(total > 0 for total in totals.values())
        if not heard:
            raise ValueError("there is no frame to train on")
        self._odds = np.array(
            [
                length / totals[speaker] / heard if length else 0.0
                for speaker, length in zip(sequences.speakers, lengths, strict=True)
            ]
        )
        self._odds /= self._odds.sum()

    def chunks(self, rng: np.random.Generator, count: int) -> Batch:
        """``count`` chunks of 26 frames, whose last 9 positions predict 9 landmark frames."""
        return self._draw(rng, count, CHUNK)

    def windows(self, rng: np.random.Generator, count: int) -> Batch:
        """``count`` single windows of 18 frames, each predicting one landmark frame."""
        return self._draw(rng, count, WINDOW)

    def _draw(self, rng: np.random.Generator, count: int, length: int) -> Batch:
        chosen = rng.choice(len(self._odds), size=count, p=self._odds)
        predicted = length - WINDOW + 1
        first = self.sequences.offsets[chosen]
        frames = self.sequences.offsets[chosen + 1] - first
        start = (rng.random(count) * np.maximum(frames - predicted + 1, 1)).astype(np.int64)
        # Beyond an end the end frame repeats, exactly as where a whole clip is predicted.
        heard = start[:, None] - self.predict_frame + np.arange(length)
        seen = start[:, None] + np.arange(predicted)
        last = frames[:, None] - 1
        return Batch(
            features=self._rows(self.sequences.features, first, heard, last),
            landmarks=self._rows(self.sequences.landmarks, first, seen, last),
            sequences=chosen,
        )

    @staticmethod
    def _rows(
        array: npt.NDArray[np.floating],
        first: npt.NDArray[np.int64],
        frames: npt.NDArray[np.int64],
        last: npt.NDArray[np.int64],
    ) -> Array:
        return np.asarray(array[first[:, None] + np.clip(frames, 0, last)], dtype=np.float32)


def feature_statistics(sequences: Sequences) -> tuple[Array, Array]:
    """Mean and standard deviation of every feature band over all frames; shape = (F,) each."""
    total = np.zeros(sequences.features.shape[1])
    for features, _ in sequences:
        total += features.sum(axis=0, dtype=np.float64)
    mean = total / max(len(sequences.features), 1)
    squares = np.zeros_like(mean)
    for features, _ in sequences:
        squares += np.square(features - mean).sum(axis=0)
    std = np.sqrt(squares / max(len(sequences.features), 1))
    return mean.astype(np.float32), std.astype(np.float32)
