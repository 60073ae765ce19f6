"""Base faces: what a displacement is measured from."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mit_core.sequences import Sequences

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class FaceStatistics:
    """Faces of a training split, each shape = (204,), face units.

    Attributes:
        speaker_faces: each speaker's mean face over all frames.
        mean_face: mean over speakers of their mean faces.
        rest_offset: mean over segments of (closed-mouth face - its speaker's mean face).
    """

    speaker_faces: Mapping[str, Array]
    mean_face: Array
    rest_offset: Array


def face_statistics(train: Sequences) -> FaceStatistics:
    """Read the landmarks once, a sequence at a time."""
    sums: dict[str, npt.NDArray[np.float64]] = {}
    counts: dict[str, int] = {}
    for speaker, (_, landmarks) in zip(train.speakers, train, strict=True):
        sums[speaker] = sums.get(speaker, 0) + landmarks.sum(axis=0, dtype=np.float64)
        counts[speaker] = counts.get(speaker, 0) + len(landmarks)
    means = {speaker: (sums[speaker] / counts[speaker]).astype(np.float32) for speaker in sums}
    own = np.stack([means[speaker] for speaker in train.speakers])
    return FaceStatistics(
        speaker_faces=means,
        mean_face=np.mean(list(means.values()), axis=0, dtype=np.float64).astype(np.float32),
        rest_offset=(train.faces - own).mean(axis=0, dtype=np.float64).astype(np.float32),
    )


def base_faces(
    sequences: Sequences,
    base: str,
    speaker_faces: Mapping[str, Array],
    rest_offset: Array,
) -> Array:
    """The base face of every sequence; shape = (S, 204), face units.

    For ``speaker_mean`` a speaker who was not in training has no mean face yet: theirs is guessed
    from the closed-mouth face, as for a portrait, never from the landmarks to be predicted.

    Args:
        sequences: any split.
        base: ``speaker_mean`` or ``closed``.
        speaker_faces, rest_offset: of the training split.
    """
    if base == "closed":
        return np.array(sequences.faces, dtype=np.float32)
    return np.stack(
        [
            speaker_faces.get(speaker, closed - rest_offset)
            for speaker, closed in zip(sequences.speakers, sequences.faces, strict=True)
        ]
    ).astype(np.float32)
