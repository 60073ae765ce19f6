"""Loudness of speech, changed in memory and never in the user's file."""

import numpy as np
import numpy.typing as npt

_FULL_SCALE = 32768
"""16-bit full scale: dBFS is counted against it."""


def dbfs(audio: npt.NDArray[np.floating]) -> float:
    """Root-mean-square level against full scale, in dB; -inf for silence.

    The level is measured as 16-bit tools do, in whole steps of 1/32768, because the gains behind
    published features and checkpoints were computed so.
    """
    if audio.size == 0:
        return float("-inf")
    rms = np.sqrt(np.mean(np.square(audio.astype(np.float64) * _FULL_SCALE)))
    steps = np.floor(rms)
    return float(20 * np.log10(steps / _FULL_SCALE)) if steps > 0 else float("-inf")


def to_dbfs(audio: npt.NDArray[np.floating], level: float = -20.0) -> npt.NDArray[np.float32]:
    """Scale audio to a root-mean-square level.

    Peaks may pass 1.0 where the audio is far from its peaks on average: floats hold them, so
    nothing is clipped or wrapped. Silence is returned as it is, since no gain gives it a level.

    Args:
        audio: shape = (n,), in [-1, 1].
        level: dB against full scale.

    Returns:
        shape = (n,), float32.
    """
    measured = dbfs(audio)
    if not np.isfinite(measured):
        return audio.astype(np.float32)
    gain = 10 ** ((level - measured) / 20)
    return (audio.astype(np.float64) * gain).astype(np.float32)
