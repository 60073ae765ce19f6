"""How well a speaker-aware checkpoint moves the heads of clips it did not learn from."""

import numpy as np
import numpy.typing as npt

from mit_core.faces.head_motion import motion_of_landmarks, motion_of_pose, motion_sizes
from mit_core.models.speaker_checkpoint import SpeakerCheckpoint
from mit_core.sequences import Sequences

_SEQUENCES_LOOKED_AT, _FRAMES_LOOKED_AT = 32, 512
"""At most 32 sequences' first 8 s."""
_SHORTEST = 16
"""Frames; of fewer no motion can be told."""


def validate_speaker(checkpoint: SpeakerCheckpoint, val: Sequences) -> dict[str, float]:
    """Mean measures over a fixed sample of sequences; empty where there is none.

    Args:
        checkpoint: the model; every clip is moved in its own voice's manner.
        val: the validation split.

    Returns:
        ``score`` = ``style``, mean |log(predicted / true)| of how far and how fast the head turns
        and shifts; ``follow``, correlation over time of predicted and true turns, mean over axes.
    """
    chosen = np.unique(
        np.linspace(0, len(val) - 1, min(len(val), _SEQUENCES_LOOKED_AT)).astype(int)
    )
    sizes, follow = [], []
    for index in chosen:
        span = val.span(index)
        span = slice(span.start, min(span.stop, span.start + _FRAMES_LOOKED_AT))
        if span.stop - span.start < _SHORTEST:
            continue
        true = motion_of_pose(val.quaternions[span], val.translations[span])
        moved = checkpoint.predict(np.asarray(val.features[span]), val.embeddings[index])
        predicted = motion_of_landmarks(checkpoint.mean_face + moved, checkpoint.mean_face)
        sizes.append([motion_sizes(predicted), motion_sizes(true)])
        follow.append(_correlation(predicted.degrees(), true.degrees()))
    if not sizes:
        return {}
    # over all clips first: how far one clip's head wanders is chance
    made, real = np.mean(sizes, axis=0)
    style = float(np.abs(np.log(made / real)).mean())
    return {"score": style, "style": style, "follow": float(np.mean(follow))}


def _correlation(one: npt.NDArray[np.floating], other: npt.NDArray[np.floating]) -> float:
    one, other = one - one.mean(axis=0), other - other.mean(axis=0)
    size = np.sqrt(np.square(one).mean(axis=0) * np.square(other).mean(axis=0))
    return float(((one * other).mean(axis=0) / np.maximum(size, 1e-9)).mean())
