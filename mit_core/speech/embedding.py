"""Who speaks: Resemblyzer's d-vector (Wan et al. 2018), with the weights inside its package."""

import warnings
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from mit_core.clocks import SAMPLE_RATE

DIMENSIONS = 256
_PARTIALS_PER_SECOND = 2
"""Windows of 1.6 s averaged, a second: what published target-speaker embeddings were made with."""
_LONGEST_AT_ONCE = SAMPLE_RATE * 60
"""Samples embedded in one pass; longer speech is averaged over pieces so that memory is bounded."""


@lru_cache(maxsize=2)
def _encoder(device: str) -> Any:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        from resemblyzer import VoiceEncoder
    return VoiceEncoder(device, verbose=False)


def _voiced_parts(audio: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    from resemblyzer import preprocess_wav

    peak = float(np.abs(audio).max(initial=0.0))
    if peak == 0:
        return audio
    # the voice detector takes 16-bit numbers, and would wrap a peak above full scale
    voiced = preprocess_wav(audio / max(1.0, peak))
    # where it hears no voice at all, the whole is embedded rather than nothing
    return voiced if voiced.size else audio


def speaker_embedding(
    audio: npt.NDArray[np.floating], device: str = "cpu"
) -> npt.NDArray[np.float32]:
    """The speaker's d-vector: long pauses cut out, then the mean over windows of 1.6 s.

    Args:
        audio: shape = (n,), n >= 1, mono 16 kHz in [-1, 1].
        device: torch device that computes it.

    Returns:
        shape = (256,), float32, unit norm, not negative.
    """
    encoder = _encoder(device)
    voiced = _voiced_parts(audio.astype(np.float32))
    total = np.zeros(DIMENSIONS)
    for start in range(0, voiced.size, _LONGEST_AT_ONCE):
        piece = voiced[start : start + _LONGEST_AT_ONCE]
        total += encoder.embed_utterance(piece, rate=_PARTIALS_PER_SECOND) * piece.size
    return (total / np.linalg.norm(total)).astype(np.float32)
