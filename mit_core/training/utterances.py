"""Crops of speech drawn straight from memory-mapped recordings, and statistics over them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mit_core.models.autovc_conversion import MULTIPLE
from mit_core.sequences import Sequences, Voices

Array = npt.NDArray[np.float32]

_SMALLEST_STD = 0.01
"""A band that hardly changes (a silent top band) is divided by this at least, mel units."""


@dataclass(frozen=True)
class Crops:
    """Random pieces of speech.

    Attributes:
        mel: shape = (B, L, 80), before mean and std; beyond a recording's end, silence (0).
        f0: shape = (B, L), int64 classes; beyond the end, unvoiced (0).
        recordings: shape = (B,), which recording each is of.
    """

    mel: Array
    f0: npt.NDArray[np.int64]
    recordings: npt.NDArray[np.int64]


class CropSampler:
    """Draws crops, every speaker equally often and every frame of a speaker alike.

    Args:
        voices: the training split; recordings without frames are never drawn.
        length: frames of a crop.
    """

    def __init__(self, voices: Voices, length: int):
        self.voices, self.length = voices, length
        frames = np.diff(voices.offsets).astype(np.float64)
        totals = frames_of_speakers(voices)
        heard = sum(total > 0 for total in totals.values())
        if not heard:
            raise ValueError("there is no frame to train on")
        self._odds = np.array(
            [
                count / totals[speaker] / heard if count else 0.0
                for speaker, count in zip(voices.speakers, frames, strict=True)
            ]
        )
        self._odds /= self._odds.sum()

    def draw(self, rng: np.random.Generator, count: int) -> Crops:
        """``count`` crops."""
        chosen = rng.choice(len(self._odds), size=count, p=self._odds)
        first = self.voices.offsets[chosen]
        frames = self.voices.offsets[chosen + 1] - first
        # A crop may run past the end, as far as an utterance that is converted is padded: the
        # network has then met that silence too.
        room = np.maximum(frames - self.length, 0) + np.minimum(frames, MULTIPLE)
        at = (rng.random(count) * room).astype(np.int64)[:, None] + np.arange(self.length)
        inside = at < frames[:, None]
        rows = first[:, None] + np.where(inside, at, 0)
        return Crops(
            mel=self.voices.mel[rows].astype(np.float32) * inside[..., None],
            f0=self.voices.f0[rows].astype(np.int64) * inside,
            recordings=chosen,
        )


def frames_of_speakers(voices: Voices) -> dict[str, int]:
    """How many frames there are of each speaker."""
    totals: dict[str, int] = {}
    for speaker, count in zip(voices.speakers, np.diff(voices.offsets), strict=True):
        totals[speaker] = totals.get(speaker, 0) + int(count)
    return totals


def mean_embeddings(voices: Voices | Sequences) -> dict[str, Array]:
    """Each speaker's mean embedding over all recordings, brought to unit norm; shape = (256,)."""
    means = {}
    speakers = np.array(voices.speakers)
    for speaker in sorted(set(voices.speakers)):
        mean = np.asarray(voices.embeddings)[speakers == speaker].mean(axis=0, dtype=np.float64)
        norm = np.linalg.norm(mean)
        means[speaker] = (mean / norm if norm else mean).astype(np.float32)
    return means


def told_embeddings(voices: Voices, known: Mapping[str, Array]) -> Array:
    """The embedding that each recording is to be spoken with; shape = (S, 256).

    A speaker's mean, which says who speaks and not how this once; a recording's own where the
    speaker is unknown.
    """
    rows = [known.get(s, voices.embeddings[i]) for i, s in enumerate(voices.speakers)]
    return np.array(rows, dtype=np.float32).reshape(len(voices), voices.embeddings.shape[1])


def mel_statistics(voices: Voices) -> tuple[Array, Array]:
    """Mean and standard deviation of every mel band over all frames; shape = (80,) each."""
    total, squares = np.zeros(voices.mel.shape[1]), np.zeros(voices.mel.shape[1])
    for index in range(len(voices)):
        total += voices.mel[voices.span(index)].sum(axis=0, dtype=np.float64)
    mean = total / max(len(voices.mel), 1)
    for index in range(len(voices)):
        squares += np.square(voices.mel[voices.span(index)] - mean).sum(axis=0)
    std = np.sqrt(squares / max(len(voices.mel), 1))
    return mean.astype(np.float32), np.maximum(std, _SMALLEST_STD).astype(np.float32)
