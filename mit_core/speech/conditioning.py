"""What both the mel spectrogram and the F0 tracker hear: speech without rumble, dithered."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, filtfilt

from mit_core.clocks import SAMPLE_RATE

_CUTOFF_HZ = 30.0
_ORDER = 5
_HEADROOM = 0.95
_DITHER = 1e-6
"""Peak-to-peak dither in full scale: keeps digital silence off the logarithm's singularity."""
_DITHER_SEED = 0
_FILTER_PAD = 3 * (_ORDER + 1)
"""Samples that ``filtfilt`` mirrors at each end by default: three times the number of taps."""

FloatArray = npt.NDArray[np.floating]


@lru_cache(maxsize=1)
def _high_pass() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    b, a = butter(_ORDER, _CUTOFF_HZ, btype="highpass", fs=SAMPLE_RATE)
    return b, a


def condition(audio: FloatArray) -> npt.NDArray[np.float64]:
    """High-pass, attenuate and dither speech, as AutoVC's features are defined (Qian et al. 2019).

    The filter is a 30 Hz Butterworth of order 5 run forwards and backwards, so it moves nothing in
    time. The dither comes from a fixed seed: equal audio gives equal features.

    Args:
        audio: shape = (n,), n >= 1, mono 16 kHz in [-1, 1].

    Returns:
        shape = (n,), float64.

    Raises:
        ValueError: the audio is not one-dimensional or holds no sample.
    """
    if audio.ndim != 1 or audio.size == 0:
        raise ValueError(f"expected mono audio of at least one sample, got shape {audio.shape}")
    b, a = _high_pass()
    # a clip shorter than the mirrored ends has less to mirror
    filtered = filtfilt(b, a, audio.astype(np.float64), padlen=min(_FILTER_PAD, audio.size - 1))
    dither = np.random.RandomState(_DITHER_SEED).rand(audio.size) - 0.5
    return filtered * _HEADROOM + dither * _DITHER
