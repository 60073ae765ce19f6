"""Everything that the networks want to know of one recording."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mit_core.errors import ClipError, UserError
from mit_core.speech.activity import speech_frames
from mit_core.speech.embedding import speaker_embedding
from mit_core.speech.f0 import RANGES, choose_range, log_f0, normalise_f0, quantise_f0
from mit_core.speech.features import SpeechFeatures
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
