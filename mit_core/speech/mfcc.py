"""Mel-frequency cepstra as SyncNet was trained on: those of python_speech_features 0.6.

That package has not been maintained since 2017, so its definition is written out here (Davis &
Mermelstein 1980, with choices of its own: no window, filters that begin and end at whole bins of
the spectrum, cepstra lifted, the first replaced by the log of the frame's energy).
"""

from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.fft import dct

from mit_core.clocks import SAMPLE_RATE
from mit_core.media.audio import PCM16_SCALE

CEPSTRA = 13
MFCC_HZ = 100

_FRAME, _STEP = 400, SAMPLE_RATE // MFCC_HZ  # samples: 25 and 10 ms
_BINS = 512  # of the Fourier transform
_FILTERS = 26
_EMPHASIS = 0.97
_LIFTER = 22
_EPS = float(np.finfo(float).eps)  # stands for no energy at all, under the logarithm


def mfcc(audio: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """13 coefficients a frame at 100 Hz; frame i begins at sample 160 i.

    Args:
        audio: shape = (n,), 16 kHz, in [-1, 1]; levels matter, as they did in training, which saw
            16-bit samples.

    Returns:
        shape = (1 + ceil((n - 400) / 160), 13), or one frame where n is 400 or less; what is
        missing at the end is silence.
    """
    samples = np.rint(np.asarray(audio, np.float64) * PCM16_SCALE)
    emphasised = np.append(samples[:1], samples[1:] - _EMPHASIS * samples[:-1])
    count = 1 + max(0, -(-(len(samples) - _FRAME) // _STEP))
    padded = np.pad(emphasised, (0, max(0, (count - 1) * _STEP + _FRAME - len(samples))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::_STEP][:count]
    power = np.square(np.abs(np.fft.rfft(frames, _BINS))) / _BINS
    energy = power.sum(axis=1)
    bands = power @ _filters().T
    cepstra = dct(np.log(np.where(bands == 0, _EPS, bands)), type=2, axis=1, norm="ortho")
    lift = 1 + _LIFTER / 2 * np.sin(np.pi * np.arange(CEPSTRA) / _LIFTER)
    cepstra = cepstra[:, :CEPSTRA] * lift
    cepstra[:, 0] = np.log(np.where(energy == 0, _EPS, energy))
    return cepstra.astype(np.float32)


@cache
def _filters() -> npt.NDArray[np.float64]:
    """Triangles between bins that are evenly spaced in mel, (26, 257)."""
    highest = 2595 * np.log10(1 + SAMPLE_RATE / 2 / 700)
    hertz = 700 * (10 ** (np.linspace(0, highest, _FILTERS + 2) / 2595) - 1)
    corners = np.floor((_BINS + 1) * hertz / SAMPLE_RATE)
    low, middle, high = (corners[k : k + _FILTERS, None] for k in range(3))
    bins = np.arange(_BINS // 2 + 1)
    rising = (bins - low) / (middle - low)
    falling = (high - bins) / (high - middle)
    filters: npt.NDArray[np.float64] = np.where(bins < middle, rising, falling)
    return filters.clip(0)
