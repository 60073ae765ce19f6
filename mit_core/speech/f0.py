"""The pitch of speech: log F0, its normalisation by the utterance, and its 257 classes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mit_core.clocks import HOP, SAMPLE_RATE, frame_count
from mit_core.speech.conditioning import condition
from mit_core.speech.sptk import open_sptk

UNVOICED = -1e10
"""What RAPT writes for the logarithm of no pitch."""
N_CLASSES = 257
"""Class 0 is unvoiced; 1-256 are the normalised pitch in steps of 1/255."""

_PCM_SCALE = 32768
_SHORTEST = SAMPLE_RATE // 10
"""Samples (0.1 s) that RAPT needs for its longest period; shorter audio is lengthened by zeros."""
_BOUNDARY_HZ = 165.0
"""Between the usual medians of male (about 120 Hz) and female (about 210 Hz) speech."""

LogF0 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class F0Range:
    """A tracker's search range in Hz, and the speaker's median pitch that chose it."""

    name: str
    low: float
    high: float
    median_hz: float | None = None


RANGES = {"low": F0Range("low", 50, 250), "high": F0Range("high", 100, 600)}


def log_f0(audio: npt.NDArray[np.floating], low: float, high: float) -> LogF0:
    """Natural logarithm of the fundamental frequency, by RAPT (Talkin 1995).

    Args:
        audio: shape = (n,), n >= 1, mono 16 kHz in [-1, 1].
        low: lowest pitch looked for, Hz.
        high: highest pitch looked for, Hz.

    Returns:
        shape = (floor(n / 256) + 1,), float64; ``UNVOICED`` where there is no pitch. The frames are
        those of ``mel.log_mel``.

    Raises:
        ValueError: the audio is not one-dimensional or holds no sample.
    """
    conditioned = condition(audio)
    frames = frame_count(audio.size)
    # RAPT gives ceil(n / 256) frames: a little more than a whole number of hops gives ours. Its
    # noise comes in pairs of which C keeps the second for the next call, so an odd number of
    # samples would change the F0 of whatever is tracked next in this process.
    wanted = max((frames - 1) * HOP + 2, audio.size + audio.size % 2, _SHORTEST)
    padded = np.pad(conditioned, (0, wanted - audio.size))
    f0 = open_sptk().rapt(
        padded.astype(np.float32) * _PCM_SCALE, SAMPLE_RATE, HOP, min=low, max=high, otype="logf0"
    )
    return f0[:frames].astype(np.float64)


def choose_range(audio: npt.NDArray[np.floating]) -> F0Range:
    """The search range that fits the speaker: tracked over 50-600 Hz, judged by the median.

    Args:
        audio: shape = (n,), mono 16 kHz; all the speech there is of one speaker.

    Returns:
        50-250 Hz (``low``) or 100-600 Hz (``high``), with the median that decided; speech without
        one voiced frame gets ``low`` and no median.
    """
    f0 = log_f0(audio, RANGES["low"].low, RANGES["high"].high)
    voiced = f0[f0 > UNVOICED]
    if voiced.size == 0:
        return RANGES["low"]
    median = float(np.exp(np.median(voiced)))
    chosen = RANGES["low" if median < _BOUNDARY_HZ else "high"]
    return F0Range(chosen.name, chosen.low, chosen.high, median)


def normalise_f0(f0: LogF0) -> LogF0:
    """Log F0 relative to its own utterance: clip((x - mean) / (4 std), -1, 1), mapped to 0..1.

    Args:
        f0: shape = (T,), natural logarithm of Hz, ``UNVOICED`` where there is no pitch.

    Returns:
        shape = (T,), float64 in 0..1 where voiced, ``UNVOICED`` elsewhere. A pitch that does not
        vary (one voiced frame, a monotone) lies in the middle, at 0.5.
    """
    voiced = f0 > UNVOICED
    normalised = np.full(f0.shape, UNVOICED)
    if voiced.any():
        values = f0[voiced]
        centred, spread = values - values.mean(), values.std()
        # a spread of rounding errors would blow rounding errors up to full scale
        flat = spread <= 1e-9 * max(1.0, float(np.abs(values).max()))
        relative = np.zeros_like(values) if flat else centred / (4 * spread)
        normalised[voiced] = (np.clip(relative, -1, 1) + 1) / 2
    return normalised


def quantise_f0(normalised: LogF0) -> npt.NDArray[np.int16]:
    """Classes of normalised F0: 0 for unvoiced (anything below 0), else 1 + round(255 x).

    Args:
        normalised: shape = (T,), from ``normalise_f0``.

    Returns:
        shape = (T,), int16 in 0..256.

    Raises:
        ValueError: a value lies above 1.
    """
    if np.any(normalised > 1):
        raise ValueError("normalised F0 lies in 0..1; got a value above 1")
    voiced = normalised >= 0
    classes = np.zeros(normalised.shape, dtype=np.int16)
    # The published reference rounds .5 half to even, which is numpy's rounding as well.
    classes[voiced] = 1 + np.round(normalised[voiced] * (N_CLASSES - 2)).astype(np.int16)
    return classes
