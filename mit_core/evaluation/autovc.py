"""AutoVC on speech that it did not learn from: does it say it again, and in the target's voice?"""

import logging
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from mit_core.models.autovc_checkpoint import AutoVCCheckpoint, load_autovc
from mit_core.progress import told
from mit_core.sequences import Voices
from mit_core.training.autovc_validation import reconstruction
from mit_core.training.hardware import limited_threads

log = logging.getLogger(__name__)

Array = npt.NDArray[np.floating]

_EVERYBODY = "all"


@dataclass(frozen=True)
class VoiceMeasures:
    """How some recordings came out.

    Attributes:
        mse: mean squared error of the mel; nan where nothing is said to be the truth.
        variance_share: the same over the mel's variance about the training split's mean frame.
        nearest_own, nearest_target: share of the recordings whose mean voiced frame is nearest to
            that of their own speaker, and of the target, among the training speakers; nan where
            the speaker or target is none of these.
        recordings: how many there are.
    """

    mse: float
    variance_share: float
    nearest_own: float
    nearest_target: float
    recordings: int


@dataclass(frozen=True)
class _Said:
    """One recording: sums over its mel, and the speaker that its mean frame is nearest to."""

    error: float
    variance: float
    numbers: int
    nearest: str


def evaluate_autovc(
    checkpoint: str | Path, train: Voices, test: Voices, *, threads: int = 1
) -> pd.DataFrame:
    """Measure a checkpoint on the test split.

    Rows for all recordings (speaker ``all``) and for each speaker: ``recording`` (as it is: what
    can be told of voices by their mean frames), ``mean_frame`` (the training split's mean in place
    of every frame), ``autovc`` (each recording said again by its own speaker) and ``converted``
    (by the target).

    Args:
        checkpoint: path of an ``AutoVCCheckpoint``.
        train: the split that it learned from.
        test: held-out recordings.
        threads: CPU threads that torch may use.

    Returns:
        A row a predictor and speaker, with ``VoiceMeasures``'s fields as columns. No row where
        nothing is held out.

    Raises:
        UserError: a wrong checkpoint.
    """
    columns = ["predictor", "speaker", *(field.name for field in fields(VoiceMeasures))]
    if not len(test):
        log.warning("no clip is held out for testing: nothing is measured")
        return pd.DataFrame(columns=columns)
    model = load_autovc(checkpoint)
    speakers = _mean_frames(model, train)
    said: dict[str, list[_Said]] = {
        name: [] for name in ("recording", "mean_frame", "autovc", "converted")
    }
    with limited_threads(threads):
        for index in told(range(len(test)), "converting voices", "clips"):
            mel, again = reconstruction(model, test, index)
            f0 = test.f0[test.span(index)]
            converted = model.convert(mel, f0, test.embeddings[index])
            mean = np.broadcast_to(model.mean, mel.shape)
            for name, spoken in zip(said, (mel, mean, again, converted), strict=True):
                said[name].append(_measured(model, mel, spoken, f0, speakers))
    rows = []
    for speaker in (_EVERYBODY, *sorted(set(test.speakers))):
        chosen = [i for i, name in enumerate(test.speakers) if speaker in (_EVERYBODY, name)]
        for name, each in said.items():
            measures = _mean(
                [each[i] for i in chosen],
                [test.speakers[i] for i in chosen],
                model.target_name,
                set(speakers),
                name,
            )
            rows.append((name, speaker, *astuple(measures)))
    return pd.DataFrame(rows, columns=columns)


def _mean_frames(model: AutoVCCheckpoint, voices: Voices) -> dict[str, Array]:
    """Each speaker's mean voiced frame, standardised; shape = (80,)."""
    sums = {name: np.zeros(model.mean.size) for name in voices.speakers}
    counts = dict.fromkeys(sums, 0)
    for index, name in enumerate(voices.speakers):
        span = voices.span(index)
        frames = _voiced(np.asarray(voices.mel[span]), voices.f0[span])
        sums[name] += frames.sum(axis=0, dtype=np.float64)
        counts[name] += len(frames)
    return {
        name: (total / counts[name] - model.mean) / model.std
        for name, total in sums.items()
        if counts[name]
    }


def _voiced(mel: Array, f0: npt.NDArray[np.integer]) -> Array:
    voiced = np.asarray(f0) > 0
    return mel[voiced] if voiced.any() else mel


def _measured(
    model: AutoVCCheckpoint,
    truth: Array,
    said: Array,
    f0: npt.NDArray[np.integer],
    speakers: Mapping[str, Array],
) -> _Said:
    frame = (_voiced(said, f0).mean(axis=0, dtype=np.float64) - model.mean) / model.std
    distances = {name: float(np.linalg.norm(frame - own)) for name, own in speakers.items()}
    return _Said(
        error=float(np.square(said - truth).sum(dtype=np.float64)),
        variance=float(np.square(truth - model.mean).sum(dtype=np.float64)),
        numbers=truth.size,
        nearest=min(distances, key=lambda name: distances[name], default=""),
    )


def _mean(
    said: list[_Said], speakers: list[str], target: str, known: set[str], predictor: str
) -> VoiceMeasures:
    numbers, variance = (sum(getattr(s, key) for s in said) for key in ("numbers", "variance"))
    error = sum(s.error for s in said) if predictor in ("mean_frame", "autovc") else np.nan
    # The mean frame is nobody's voice, and a conversion is not meant to be its own speaker's.
    hits = [s.nearest == name for s, name in zip(said, speakers, strict=True) if name in known]
    voice = predictor != "mean_frame"
    return VoiceMeasures(
        mse=error / numbers if numbers else np.nan,
        variance_share=error / variance if variance else np.nan,
        nearest_own=float(np.mean(hits)) if hits and voice else np.nan,
        nearest_target=float(np.mean([s.nearest == target for s in said]))
        if target in known and voice
        else np.nan,
        recordings=len(said),
    )
