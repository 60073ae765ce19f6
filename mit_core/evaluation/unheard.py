"""Voices that training never heard: speakers left out in turn, and everything learned anew."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import numpy as np
import pandas as pd

from mit_core.errors import UserError
from mit_core.evaluation.content import (
    COLUMNS,
    MEASURES,
    base_faces_of,
    fit_predictors,
    measure_predictor,
)
from mit_core.models.checkpoint import load_content
from mit_core.sequences import Sequences, joined
from mit_core.training.content import train_content
from mit_core.training.content_settings import ContentSettings
from mit_core.training.hardware import limited_threads

log = logging.getLogger(__name__)

CLIP_COLUMNS = ("seed", "fold", "known", *COLUMNS)
PREDICTORS = ("mean_face", "ridge", "content", "content_mismatched", "ridge_mismatched")
_GROUP_ENDS = "_"
"""A speaker's group is the name up to the first of these: grid_s1 and grid_s2 are of one group."""
_CHIEF_SHARE = 0.25
"""A speaker with more than this share of the footage is never left out: nothing would be left to
learn from. Of these some clips are, which tell how voices that are known come out."""


def cross_validate(
    splits: Sequence[Sequences],
    folder: Path,
    settings: ContentSettings,
    *,
    folds: int = 4,
    seeds: int = 3,
    threads: int = 1,
    bar: TextIO | None = None,
) -> pd.DataFrame:
    """Train the content branch once a fold and seed, each time without some of the speakers.

    With each seed speakers are dealt anew into folds; all clips of a fold's speakers are held out
    together, and ridge is fitted on the same clips as the network. Mismatched predictors hear
    another clip of the fold.

    Args:
        splits: all of the corpus, however it is split.
        folder: for the runs; one that was cut off is gone on with.
        settings: of the training, but for its seed.
        folds: how many parts the speakers are dealt into, 2 at least.
        seeds: how many times.
        threads: CPU threads that torch may use.
        bar: where progress bars are drawn.

    Returns:
        A row a held-out clip and predictor, columns CLIP_COLUMNS; ``known`` tells whether training
        heard other clips of the speaker.

    Raises:
        UserError: fewer speakers than folds.
    """
    clips = joined([(split, range(len(split))) for split in splits])
    known = _chief_speakers(clips)
    others = sorted(set(clips.speakers) - known)
    if len(others) < folds:
        raise UserError(
            f"evaluate.unheard.folds is {folds}, but the corpus has {len(others)} speakers that "
            "may be left out (those with more than a quarter of all footage are always learned "
            "from): give fewer folds, or footage of more speakers."
        )
    nothing = joined([(clips, ())])
    tables = []
    for seed in range(seeds):
        dealt = np.random.default_rng(seed).permutation(others).tolist()
        for fold in range(folds):
            unheard = set(dealt[fold::folds])
            held = _held_out(clips, unheard, known, fold, folds)
            train = joined([(clips, sorted(set(range(len(clips))) - held))])
            test = joined([(clips, sorted(held))])
            run = train_content(
                train,
                nothing,
                folder / f"seed{seed}_fold{fold}",
                replace(settings, seed=seed, validate_every=settings.steps),
                threads=threads,
                bar=bar,
            )
            model = load_content(run.last)
            with limited_threads(threads):
                predictors = fit_predictors(model, train, nothing, nearest=False)
                bases = base_faces_of(model, test)
                for name in PREDICTORS:
                    plain = name.removesuffix("_mismatched")
                    table = measure_predictor(
                        name, predictors[plain], test, bases, mismatched=plain != name
                    )
                    known_speaker = table["speaker"].isin(known)
                    tables.append(table.assign(seed=seed, fold=fold, known=known_speaker))
            log.info("seed %d, fold %d: %d clips held out", seed, fold, len(test))
    return pd.concat(tables, ignore_index=True)[list(CLIP_COLUMNS)]


def unheard_summary(clips: pd.DataFrame) -> pd.DataFrame:
    """What came of each group of speakers, those heard and those never heard apart.

    Args:
        clips: of ``cross_validate``.

    Returns:
        A row a group and predictor: ``group`` (the speaker's name up to the first underscore),
        ``heard`` (known or never), ``predictor``, ``opening_r``, ``mouth_distance``,
        ``mouth_motion`` and ``face_distance`` (means over speakers, so that one with many clips
        counts once, then over seeds), each with ``_spread``, the standard deviation over seeds;
        ``speakers``.
    """
    shown = ("opening_r", "mouth_distance", "mouth_motion", "face_distance")
    table = clips.assign(
        group=[name.split(_GROUP_ENDS)[0] for name in clips["speaker"]],
        heard=np.where(clips["known"], "known", "never"),
    )
    keys = ["heard", "group", "predictor"]
    by_speaker = table.groupby([*keys, "seed", "speaker"], sort=False)[list(MEASURES)].mean()
    by_seed = by_speaker.groupby([*keys, "seed"], sort=False)[list(shown)].mean()
    means = by_seed.groupby(keys, sort=False).mean()
    spread = by_seed.groupby(keys, sort=False).std(ddof=0).add_suffix("_spread")
    ends = [f"{name}{end}" for name in shown for end in ("", "_spread")]
    counts = table.groupby(keys, sort=False)["speaker"].nunique().rename("speakers")
    return means.join(spread)[ends].join(counts).reset_index()


def _chief_speakers(clips: Sequences) -> set[str]:
    frames: Counter[str] = Counter()
    for speaker, length in zip(clips.speakers, np.diff(clips.offsets).tolist(), strict=True):
        frames[speaker] += length
    return {name for name, count in frames.items() if count > _CHIEF_SHARE * frames.total()}


def _held_out(
    clips: Sequences, unheard: set[str], known: set[str], fold: int, folds: int
) -> set[int]:
    """Numbers of the clips of speakers left out, and every so many of those that are not."""
    held = {i for i, speaker in enumerate(clips.speakers) if speaker in unheard}
    for name in known:
        held |= set([i for i, speaker in enumerate(clips.speakers) if speaker == name][fold::folds])
    return held
