"""The speech that drives a portrait: its analysis and its content feature, as files."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from mit_core.files import written_whole
from mit_core.speech.analysis import SpeechSettings, analyse_speech
from mit_core.speech.content_feature import Converter, open_content_feature
from mit_core.speech.features import save_speech


def write_driving_speech(
    audio: npt.NDArray[np.floating],
    speech: str | Path,
    feature: str | Path,
    *,
    settings: SpeechSettings,
    content_feature: str,
    converter: Converter | None = None,
) -> None:
    """Analyse ``audio`` (n,), mono 16 kHz, and write the analysis (npz) and the feature (npy).

    Raises:
        ClipError: the recording is too short to analyse.
        UserError: there is no such content feature, or the converter that it needs is not given.
    """
    extract = open_content_feature(content_feature, converter)
    analysis = analyse_speech(audio, settings)
    save_speech(speech, analysis)
    with written_whole(feature) as part:
        np.save(part, extract(analysis).astype(np.float32))
