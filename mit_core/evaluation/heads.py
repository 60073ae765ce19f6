"""Each speaker's manner of moving the head, learned and true."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from mit_core.animation.learned import learned_manner
from mit_core.clocks import FEATURE_HZ
from mit_core.evaluation.blinking import blinks_a_minute
from mit_core.faces.head_motion import motion_of_pose, motion_sizes
from mit_core.models.speaker_checkpoint import SpeakerCheckpoint, load_speaker
from mit_core.sequences import Sequences
from mit_core.training.hardware import limited_threads

Sizes = npt.NDArray[np.float64]

MEASURES = (
    *(f"{axis}_{size}" for size in ("deg", "deg_s") for axis in ("pitch", "yaw", "roll")),
    *(f"{axis}_{size}" for size in ("shift", "shift_s") for axis in ("x", "y", "z")),
)
"""Columns of a row: deviation of a turn in degrees and its mean speed in degrees a second;
deviation of a shift in face units (head width 1.6) and its speed a second."""

COLUMNS = (
    *("speaker", "motion", "clips", *MEASURES, "blinks_a_minute"),
    *("chief_ratio", "signs_right", "nearest"),
)

_SHORTEST = 16
"""Frames; of fewer no motion can be told."""
_MOST_LOOKED_AT = 200
"""Clips whose blinks are counted: memory holds them at once."""
_MOST_CLIPS = 20
"""Held-out clips that each speaker's manner is tried on."""


def evaluate_heads(
    checkpoint: str | Path, train: Sequences, test: Sequences, *, threads: int = 1
) -> pd.DataFrame:
    """Move the same held-out sentences in each training speaker's manner.

    Args:
        checkpoint: path of a ``SpeakerCheckpoint``.
        train: the split it learned from; gives each speaker's true motion.
        test: held-out clips, of whatever speakers; up to 20 are heard, evenly spaced.
        threads: CPU threads that torch may use.

    Returns:
        Two rows a speaker, ``motion`` true (mean over training clips) and predicted (over the
        test clips), columns MEASURES. In true rows also ``blinks_a_minute``: nothing that is said
        foretells blinks, so that none are predicted. In predicted rows also: ``chief_ratio``,
        predicted over true deviation of the speaker's chief turn; ``signs_right``, share of
        comparisons with another speaker, in the chief turn of either, that have the true sign;
        ``nearest``, the speaker whose true motion is nearest (mean |log ratio|). No row where
        nothing is held out.

    Raises:
        UserError: a wrong checkpoint.
    """
    model = load_speaker(checkpoint)
    clips = _long_enough(test)
    if len(clips) > _MOST_CLIPS:
        clips = clips[np.linspace(0, len(clips) - 1, _MOST_CLIPS).astype(int)]
    true = _true_sizes(train, sorted(model.speakers))
    if not len(clips) or not true:
        return pd.DataFrame(columns=list(COLUMNS))
    with limited_threads(threads):
        made = {name: _predicted_sizes(model, name, test, clips) for name in true}
    counts = {name: train.speakers.count(name) for name in true}
    rows = []
    for name in true:
        blinks = blinks_a_minute(_landmarks_of(train, name), FEATURE_HZ)
        rows.append({**_row(name, "true", counts[name], true[name]), "blinks_a_minute": blinks})
        rows.append(
            {
                **_row(name, "predicted", len(clips), made[name]),
                "chief_ratio": float((made[name] / true[name])[_chief(true[name])]),
                "signs_right": _signs_right(name, made, true),
                "nearest": min(true, key=lambda other: _apart(made[name], true[other])),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _true_sizes(train: Sequences, speakers: list[str]) -> dict[str, Sizes]:
    sizes: dict[str, list[Sizes]] = {name: [] for name in speakers}
    for index in _long_enough(train):
        if train.speakers[index] in sizes:
            span = train.span(index)
            motion = motion_of_pose(train.quaternions[span], train.translations[span])
            sizes[train.speakers[index]].append(motion_sizes(motion))
    return {name: np.mean(each, axis=0) for name, each in sizes.items() if each}


def _landmarks_of(train: Sequences, speaker: str) -> list[npt.NDArray[np.floating]]:
    """Of a speaker's training clips, as many as tell the rate of blinks."""
    own = [i for i, name in enumerate(train.speakers) if name == speaker][:_MOST_LOOKED_AT]
    return [np.asarray(train.landmarks[train.span(index)]) for index in own]


def _predicted_sizes(
    model: SpeakerCheckpoint, speaker: str, test: Sequences, clips: npt.NDArray[np.int64]
) -> Sizes:
    sizes = []
    for index in clips:
        features = np.asarray(test.features[test.span(index)])
        manner = learned_manner(model, features, model.speakers[speaker], int(index))
        sizes.append(motion_sizes(manner.head))
    mean: Sizes = np.mean(sizes, axis=0)
    return mean


def _long_enough(split: Sequences) -> npt.NDArray[np.int64]:
    return np.flatnonzero(np.diff(split.offsets) >= _SHORTEST)


def _chief(sizes: Sizes) -> int:
    """The axis that a speaker turns about most: 0 pitch, 1 yaw, 2 roll."""
    return int(np.argmax(sizes[:3]))


def _signs_right(name: str, made: dict[str, Sizes], true: dict[str, Sizes]) -> float:
    right = [
        np.sign(made[name][axis] - made[other][axis])
        == np.sign(true[name][axis] - true[other][axis])
        for other in true
        if other != name
        for axis in {_chief(true[name]), _chief(true[other])}
    ]
    return float(np.mean(right)) if right else float("nan")


def _apart(one: Sizes, other: Sizes) -> float:
    return float(np.abs(np.log(one / other)).mean())


def _row(speaker: str, motion: str, clips: int, sizes: Sizes) -> dict[str, str | float]:
    return {
        "speaker": speaker,
        "motion": motion,
        "clips": clips,
        **dict(zip(MEASURES, sizes.tolist(), strict=True)),
    }
