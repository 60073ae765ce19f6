"""When somebody speaks."""

import warnings

import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_closing, binary_opening

from mit_core.clocks import SAMPLE_RATE, VIDEO_HZ
from mit_core.speech.loudness import dbfs, to_dbfs

_WINDOW = SAMPLE_RATE // 50
"""Samples in 20 ms, a length that the detector knows; two make a frame at 25 fps."""
_AGGRESSIVENESS = 2
"""Of WebRTC's 0..3: 3 cuts weak consonants, 0 takes hum for speech."""
_SILENCE_DBFS = -60.0
"""Below this level a recording is noise of its own converters, whatever the detector says."""
_PAUSE_S = 0.2
"""Pauses up to this long are part of speech: stops and breaths last as long."""
_BURST_S = 0.08
"""Sounds up to this long alone are clicks."""


def _smooth(active: npt.NDArray[np.bool_], rate: float) -> npt.NDArray[np.bool_]:
    def span(seconds: float) -> npt.NDArray[np.bool_]:
        return np.ones(max(1, round(seconds * rate)) + 1, dtype=bool)

    pause = span(_PAUSE_S)
    # closing looks past the ends, where there is silence
    padded = np.pad(active, len(pause))
    closed = binary_closing(padded, pause)
    return binary_opening(closed, span(_BURST_S))[len(pause) : len(padded) - len(pause)]


def speech_frames(audio: npt.NDArray[np.floating], fps: float = VIDEO_HZ) -> npt.NDArray[np.bool_]:
    """Which video frames are spoken over (WebRTC's voice detector, short gaps closed).

    Args:
        audio: shape = (n,), mono 16 kHz in [-1, 1].
        fps: video frames a second.

    Returns:
        shape = (floor(n * fps / 16000),), True where the frame's time span holds speech.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
        import webrtcvad

    n_frames = int(audio.size * fps / SAMPLE_RATE)
    if dbfs(audio) < _SILENCE_DBFS:
        return np.zeros(n_frames, dtype=bool)

    # The detector's thresholds are absolute, so a quiet recording is brought to the usual level.
    levelled = np.clip(to_dbfs(audio), -1, 1) * (2**15 - 1)
    pcm = np.pad(levelled, (0, -audio.size % _WINDOW)).astype("<i2")
    detector = webrtcvad.Vad(_AGGRESSIVENESS)
    windows = np.array(
        [detector.is_speech(window.tobytes(), SAMPLE_RATE) for window in pcm.reshape(-1, _WINDOW)]
    )
    active = _smooth(windows, SAMPLE_RATE / _WINDOW)

    edges = np.arange(n_frames + 1) * (SAMPLE_RATE / fps / _WINDOW)
    first = np.floor(edges[:-1] + 1e-9).astype(int)
    last = np.maximum(np.ceil(edges[1:] - 1e-9).astype(int), first + 1)
    spoken = np.concatenate([[0], np.cumsum(active)])
    return spoken[np.minimum(last, active.size)] > spoken[np.minimum(first, active.size)]
