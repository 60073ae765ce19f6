"""What training and evaluation are handed: aligned speech, landmarks and pose, clip by clip."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mit_core.clocks import FEATURE_HZ, SAMPLES_PER_VIDEO_FRAME, VIDEO_HZ, feature_frames

# Named here too for those who cut sequences out of footage.
__all__ = [
    "FEATURE_HZ",
    "SAMPLES_PER_VIDEO_FRAME",
    "VIDEO_HZ",
    "FloatArray",
    "Sequences",
    "Voices",
    "feature_frames",
    "joined",
]

FloatArray = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Sequences:
    """S sequences (segments of footage) laid end to end along one time axis of N frames at 62.5 Hz.

    The big arrays may be memory maps: index them, do not copy them whole.

    Attributes:
        landmarks: shape = (N, 204), float32, registered landmarks in face units.
        features: shape = (N, F), float32, content features (mel or AutoVC), *before* mean/std.
        offsets: shape = (S + 1,), int64; sequence i is ``offsets[i]:offsets[i + 1]``.
        faces: shape = (S, 204), float32, each sequence's closed-mouth face (registered).
        embeddings: shape = (S, 256), float32, speaker embedding (d-vector), unit norm.
        quaternions: shape = (N, 4), float32, w first: the head's rotation from looking straight
            ahead.
        translations: shape = (N, 3), float32, face units: where the head is in the picture.
        speakers: S speaker names.
        names: S segment ids.
        feature: what the features are: "mel", or "autovc:" and the digest of its checkpoint.
        digest: of all that made the data; "" where nobody knows.
    """

    landmarks: FloatArray
    features: FloatArray
    offsets: npt.NDArray[np.int64]
    faces: FloatArray
    embeddings: FloatArray
    quaternions: FloatArray
    translations: FloatArray
    speakers: tuple[str, ...]
    names: tuple[str, ...]
    feature: str = "mel"
    digest: str = ""

    def __len__(self) -> int:
        return len(self.names)

    @property
    def hours(self) -> float:
        """Length of all clips together."""
        return int(self.offsets[-1]) / FEATURE_HZ / 3600

    def span(self, index: int) -> slice:
        """Time span of sequence ``index`` in the big arrays."""
        return slice(int(self.offsets[index]), int(self.offsets[index + 1]))

    def __iter__(self) -> Iterator[tuple[FloatArray, FloatArray]]:
        """Yield (features (T, F), landmarks (T, 204)) of each sequence."""
        for index in range(len(self)):
            span = self.span(index)
            yield self.features[span], self.landmarks[span]


def joined(parts: Sequence[tuple[Sequences, Collection[int]]]) -> Sequences:
    """Chosen sequences of several splits as one, in memory; its digest is left empty.

    Args:
        parts: splits of one feature, one at least, each with the numbers of those chosen.
    """
    chosen = [(split, index) for split, indices in parts for index in indices]
    first = parts[0][0]

    def in_frames(name: str) -> FloatArray:
        pieces = [getattr(split, name)[split.span(index)] for split, index in chosen]
        return np.concatenate([np.asarray(getattr(first, name)[:0]), *pieces])

    def in_clips(name: str) -> FloatArray:
        rows = [getattr(split, name)[index] for split, index in chosen]
        width = getattr(first, name).shape[1]
        return np.asarray(rows, np.float32).reshape(len(chosen), width)

    frames = ("landmarks", "features", "quaternions", "translations")
    arrays: dict[str, Any] = {name: in_frames(name) for name in frames}
    arrays |= {name: in_clips(name) for name in ("faces", "embeddings")}
    lengths = [split.span(index).stop - split.span(index).start for split, index in chosen]
    return replace(
        first,
        **arrays,
        offsets=np.cumsum([0, *lengths]).astype(np.int64),
        speakers=tuple(split.speakers[index] for split, index in chosen),
        names=tuple(split.names[index] for split, index in chosen),
        digest="",
    )


def hearing_another(split: Sequences) -> Sequences:
    """The same sequences, each with the sound of another: what training learns nothing from.

    Each hears the one half the split further on, repeated or cut to its length.

    Args:
        split: two sequences at least.
    """
    features = np.empty_like(split.features)
    for index in range(len(split)):
        span = split.span(index)
        other = split.features[split.span((index + len(split) // 2) % len(split))]
        features[span] = np.resize(np.asarray(other), (span.stop - span.start, other.shape[1]))
    return replace(split, features=features, digest=f"{split.digest} hearing another")


@dataclass(frozen=True)
class Voices:
    """S recordings of speech end to end, N frames at 62.5 Hz: what voice conversion learns from.

    Attributes:
        mel: shape = (N, 80), float32, before mean/std.
        f0: shape = (N,), int16, F0 classes 0..256, 0 = unvoiced.
        offsets: shape = (S + 1,), int64; recording i is ``offsets[i]:offsets[i + 1]``.
        embeddings: shape = (S, 256), float32, speaker embedding (d-vector), unit norm.
        speakers: S speaker names.
        names: S segment ids.
        digest: of all that made the data; "" where nobody knows.
    """

    mel: FloatArray
    f0: npt.NDArray[np.int16]
    offsets: npt.NDArray[np.int64]
    embeddings: FloatArray
    speakers: tuple[str, ...]
    names: tuple[str, ...]
    digest: str = ""

    def __len__(self) -> int:
        return len(self.names)

    @property
    def hours(self) -> float:
        """Length of all clips together."""
        return int(self.offsets[-1]) / FEATURE_HZ / 3600

    def span(self, index: int) -> slice:
        """Time span of recording ``index`` in the big arrays."""
        return slice(int(self.offsets[index]), int(self.offsets[index + 1]))
