"""How well an AutoVC checkpoint says again what it did not learn from."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from mit_core.models.autovc_checkpoint import AutoVCCheckpoint
from mit_core.sequences import Voices
from mit_core.training.utterances import told_embeddings

Array = npt.NDArray[np.floating]

_RECORDINGS_LOOKED_AT, _FRAMES_LOOKED_AT = 24, 512
"""At most 24 recordings' first 8 s: seconds of work, however large the validation split is."""


def reconstruction(
    checkpoint: AutoVCCheckpoint, voices: Voices, index: int, frames: int | None = None
) -> tuple[Array, Array]:
    """A recording's mel and what AutoVC makes of it when told the same speaker.

    Args:
        checkpoint: the model.
        voices: recordings.
        index: which.
        frames: how many of its first frames; None for all.

    Returns:
        The mel and its reconstruction, shape = (T, 80) each.
    """
    span = voices.span(index)
    span = slice(span.start, span.stop if frames is None else min(span.stop, span.start + frames))
    mel = np.asarray(voices.mel[span])
    told = told_embeddings(voices, checkpoint.speakers)[index]
    return mel, checkpoint.convert(mel, voices.f0[span], voices.embeddings[index], told)


def validate_autovc(checkpoint: AutoVCCheckpoint, voices: Voices) -> dict[str, float]:
    """Reconstruction error over a fixed sample of recordings; empty where there is none.

    Returns:
        ``error``, the mean squared error as a share of the mel's variance about the mean frame of
        the training split (1 is no better than that frame), and ``score``, the same.
    """
    count = min(len(voices), _RECORDINGS_LOOKED_AT)
    chosen: Iterable[int] = np.unique(np.linspace(0, len(voices) - 1, count).astype(int))
    error = variance = 0.0
    for index in chosen:
        mel, said = reconstruction(checkpoint, voices, int(index), _FRAMES_LOOKED_AT)
        error += float(np.square(said - mel).sum(dtype=np.float64))
        variance += float(np.square(mel - checkpoint.mean).sum(dtype=np.float64))
    if not variance:
        return {}
    return {"score": error / variance, "error": error / variance}
