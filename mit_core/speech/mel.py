"""The 80-band log-mel spectrogram that the networks hear, at 62.5 frames a second."""

from functools import lru_cache

import librosa.filters
import numpy as np
import numpy.typing as npt
from scipy.fft import rfft
from scipy.signal import get_window

from mit_core.clocks import HOP, SAMPLE_RATE, frame_count
from mit_core.speech.conditioning import condition
from mit_core.speech.mel_bands import FLOOR_DB, HIGHEST_HZ, LOWEST_HZ, N_MELS

N_FFT = 1024
_REFERENCE_DB = 16.0
_BLOCK = 4096
"""Frames transformed at once: 65 s of speech, 34 MB of spectra, so an hour fits in memory."""


@lru_cache(maxsize=1)
def _mel_basis() -> npt.NDArray[np.float64]:
    basis = librosa.filters.mel(
        sr=SAMPLE_RATE, n_fft=N_FFT, n_mels=N_MELS, fmin=LOWEST_HZ, fmax=HIGHEST_HZ
    )
    return basis.T.astype(np.float64)


def log_mel(audio: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """Log-mel spectrogram of speech (Slaney bands 90-7600 Hz; features of Qian et al. 2019).

    Frame i is centred on sample 256 i; the ends are mirrored. A value v stands for
    100 v - 100 + 16 dB of mel amplitude, so 0 is the floor and speech at -20 dBFS reaches about .9.

    Args:
        audio: shape = (n,), n >= 1, mono 16 kHz, usually at -20 dBFS (``loudness.to_dbfs``).

    Returns:
        shape = (floor(n / 256) + 1, 80), float32 in [0, 1].

    Raises:
        ValueError: the audio is not one-dimensional or holds no sample.
    """
    padded = np.pad(condition(audio), N_FFT // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::HOP]
    window = get_window("hann", N_FFT, fftbins=True)
    floor = 10 ** (FLOOR_DB / 20)

    mel = np.empty((frame_count(audio.size), N_MELS), dtype=np.float32)
    for start in range(0, len(mel), _BLOCK):
        block = slice(start, start + _BLOCK)
        amplitude = np.abs(rfft(frames[block] * window)) @ _mel_basis()
        level_db = 20 * np.log10(np.maximum(amplitude, floor)) - _REFERENCE_DB
        mel[block] = np.clip((level_db - FLOOR_DB) / -FLOOR_DB, 0, 1)
    return mel
