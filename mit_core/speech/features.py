"""Features of one recording, and the file that carries them from stage to stage.

Apart from their computation, so that reading them needs none of its packages.
"""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mit_core.arrays import read_arrays
from mit_core.clocks import SAMPLE_RATE
from mit_core.errors import DamagedError, reason_of
from mit_core.files import write_arrays


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


def save_speech(path: str | Path, features: SpeechFeatures) -> None:
    """Write features as ``.npz``, whole or not at all."""
    write_arrays(path, {field.name: getattr(features, field.name) for field in fields(features)})


def load_speech(path: str | Path) -> SpeechFeatures:
    """Read features that ``save_speech`` wrote.

    Raises:
        DamagedError: the file is missing, or is not of this kind.
    """
    try:
        values: dict[str, Any] = {
            **read_arrays(path, [field.name for field in fields(SpeechFeatures)])
        }
        values["f0_range"] = str(values["f0_range"])
        values["f0_median_hz"] = float(values["f0_median_hz"])
        values["n_samples"] = int(values["n_samples"])
        frames = len(values["mel"])
        shapes = {"mel": (frames, 80), "f0_log": (frames,), "f0_classes": (frames,)}
        for name, shape in {**shapes, "embedding": (256,)}.items():
            if values[name].shape != shape:
                raise ValueError(f"{name} has shape {values[name].shape}, not {shape}")
        return SpeechFeatures(**values)
    except (DamagedError, ValueError, TypeError, OverflowError) as error:
        raise DamagedError(
            f"{path} holds no speech features ({reason_of(error)}); analyse the audio again."
        ) from error
