"""Everything that the networks want to know of one recording."""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mit_core.errors import ClipError, UserError
from mit_core.files import write_arrays
from mit_core.speech.activity import speech_frames
from mit_core.speech.conditioning import SAMPLE_RATE
from mit_core.speech.embedding import speaker_embedding
from mit_core.speech.f0 import RANGES, choose_range, log_f0, normalise_f0, quantise_f0
from mit_core.speech.loudness import to_dbfs
from mit_core.speech.mel import log_mel


@dataclass(frozen=True)
class SpeechSettings:
    """How speech is analysed.

    Attributes:
        loudness_dbfs: level that speech is brought to in memory, dB against full scale.
        f0_range: ``auto`` (by the speaker's median), ``low`` (50-250 Hz) or ``high`` (100-600 Hz).
    """

    loudness_dbfs: float = -20.0
    f0_range: str = "auto"


@dataclass(frozen=True)
class SpeechFeatures:
    """Features of one recording of n samples at 16 kHz; T = floor(n / 256) + 1 frames at 62.5 Hz.

    Attributes:
        mel: shape = (T, 80), float32 in 0..1 (``mel.log_mel``).
        f0_log: shape = (T,), float64, natural logarithm of Hz, -1e10 where unvoiced.
        f0_classes: shape = (T,), int16 in 0..256 (``f0.quantise_f0``).
        f0_range: name of the range that F0 was tracked in.
        f0_median_hz: the speaker's median pitch; NaN when the range was not chosen by it.
        embedding: shape = (256,), float32, unit norm (``embedding.speaker_embedding``).
        speech: shape = (floor(n / 640),), bool, video frames at 25 fps with speech.
        n_samples: n.
    """

    mel: npt.NDArray[np.float32]
    f0_log: npt.NDArray[np.float64]
    f0_classes: npt.NDArray[np.int16]
    f0_range: str
    f0_median_hz: float
    embedding: npt.NDArray[np.float32]
    speech: npt.NDArray[np.bool_]
    n_samples: int

    @property
    def seconds(self) -> float:
        """Length of the recording."""
        return self.n_samples / SAMPLE_RATE


def analyse_speech(
    audio: npt.NDArray[np.floating], settings: SpeechSettings | None = None, device: str = "cpu"
) -> SpeechFeatures:
    """Mel, pitch, speaker embedding and activity of one recording.

    Args:
        audio: shape = (n,), mono 16 kHz in [-1, 1]; left as it is.
        settings: see ``SpeechSettings``.
        device: torch device of the speaker encoder.

    Raises:
        ClipError: the recording is empty, or holds values that are not finite.
        UserError: ``f0_range`` is not known.
    """
    settings = settings or SpeechSettings()
    if audio.size == 0:
        raise ClipError("empty_audio", "the audio holds no sample; give a recording with speech")
    if not np.isfinite(audio).all():
        raise ClipError("broken_audio", "the audio holds values that are no numbers; re-encode it")
    levelled = to_dbfs(audio, settings.loudness_dbfs)
    if settings.f0_range == "auto":
        chosen = choose_range(levelled)
    elif settings.f0_range in RANGES:
        chosen = RANGES[settings.f0_range]
    else:
        raise UserError(
            f"f0_range '{settings.f0_range}' is not known; choose one of: auto, {', '.join(RANGES)}"
        )
    f0 = log_f0(levelled, chosen.low, chosen.high)
    return SpeechFeatures(
        mel=log_mel(levelled),
        f0_log=f0,
        f0_classes=quantise_f0(normalise_f0(f0)),
        f0_range=chosen.name,
        f0_median_hz=float("nan") if chosen.median_hz is None else chosen.median_hz,
        embedding=speaker_embedding(levelled, device),
        speech=speech_frames(audio),
        n_samples=audio.size,
    )


def save_speech(path: str | Path, features: SpeechFeatures) -> None:
    """Write features as ``.npz``, whole or not at all."""
    write_arrays(path, {field.name: getattr(features, field.name) for field in fields(features)})


def load_speech(path: str | Path) -> SpeechFeatures:
    """Read features that ``save_speech`` wrote.

    Raises:
        UserError: the file is missing, or is not of this kind.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            values = {field.name: arrays[field.name] for field in fields(SpeechFeatures)}
    except (OSError, KeyError, ValueError) as error:
        raise UserError(f"{path} holds no speech features; analyse the audio again") from error
    values["f0_range"] = str(values["f0_range"])
    values["f0_median_hz"] = float(values["f0_median_hz"])
    values["n_samples"] = int(values["n_samples"])
    return SpeechFeatures(**values)
