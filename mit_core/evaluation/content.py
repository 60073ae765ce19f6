"""The content branch beside plain predictors, on clips that none of them learned from."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from mit_core.evaluation.measures import ClipMeasures, measure_clip
from mit_core.evaluation.nearest import fit_nearest
from mit_core.evaluation.ridge import fit_ridge
from mit_core.evaluation.statistics import summarise
from mit_core.models.checkpoint import ContentCheckpoint, FeatureScaling, load_content
from mit_core.progress import told
from mit_core.sequences import Sequences
from mit_core.training.bases import base_faces
from mit_core.training.hardware import limited_threads

log = logging.getLogger(__name__)

Array = npt.NDArray[np.floating]
Predictor = Callable[[Array, Array, Array], Array]
"""(features (T, F) not standardised, base face (204,), closed-mouth face (204,)) -> displacement
from the base face, (T or 1, 204)."""

MEASURES = tuple(field.name for field in fields(ClipMeasures))
COLUMNS = ("predictor", "clip", "speaker", *MEASURES)
CHIEF = ("opening_r", "mouth_distance", "face_distance", "mouth_motion")
"""Measures whose interval is told, and that predictors are compared by."""
_HEARING = ("ridge", "content")
"""Predictors that are asked once more with another clip's audio."""


def evaluate_content(
    checkpoint: str | Path,
    train: Sequences,
    val: Sequences,
    test: Sequences,
    *,
    threads: int = 1,
) -> pd.DataFrame:
    """Measure a checkpoint and its baselines on the test split.

    Predictors: ``mean_face`` (no displacement from the base face), ``closed_mouth`` (the clip's
    own closed-mouth face, held), ``nearest`` (``NearestNeighbour``), ``ridge`` and ``content``, and
    the last two once more hearing each clip with another clip's audio (``*_mismatched``): what a
    predictor scores there it owes to the corpus's fixed timing and not to hearing. All share the
    checkpoint's base faces and window.

    Args:
        checkpoint: path of a ``ContentCheckpoint``.
        train, val: the splits that the checkpoint and the baselines learned from.
        test: held-out clips; mismatched rows need two.
        threads: CPU threads that torch may use.

    Returns:
        A row a predictor and clip of two frames or more, columns COLUMNS. No row where nothing is
        held out.

    Raises:
        UserError: a wrong checkpoint.
    """
    if not len(test):  # a corpus of one short clip: the run is not lost for want of a measure
        log.warning("no clip is held out for testing: nothing is measured")
        return pd.DataFrame(columns=list(COLUMNS))
    model = load_content(checkpoint)
    bases = base_faces_of(model, test)
    tables = []
    with limited_threads(threads):
        predictors = fit_predictors(model, train, val)
        for name, predictor in predictors.items():
            tables.append(measure_predictor(name, predictor, test, bases))
        if len(test) > 1:
            for name in _HEARING:
                tables.append(
                    measure_predictor(
                        f"{name}_mismatched", predictors[name], test, bases, mismatched=True
                    )
                )
    return pd.concat(tables, ignore_index=True)


def content_summary(clips: pd.DataFrame) -> pd.DataFrame:
    """Means over clips, a row a predictor, of a table of ``evaluate_content``."""
    return summarise(clips, "predictor", MEASURES, CHIEF)


def fit_predictors(
    model: ContentCheckpoint, train: Sequences, val: Sequences, *, nearest: bool = True
) -> Mapping[str, Predictor]:
    """The content branch and its baselines, fitted on what it learned from, by name.

    Args:
        model: the content branch.
        train, val: what it learned from, and what chose its best steps; may be empty.
        nearest: also remember the training split for the nearest neighbour.
    """
    bases = {name: base_faces_of(model, split) for name, split in (("train", train), ("val", val))}
    # Ridge does worse where each clip is scaled by itself, so it is always given the corpus's.
    corpus = FeatureScaling(model.scaling.mean, model.scaling.std)
    ridge = fit_ridge(train, bases["train"], val, bases["val"], corpus, model.predict_frame)
    predictors: dict[str, Predictor] = {
        "mean_face": lambda features, base, closed: np.zeros((1, base.size), np.float32),
        "closed_mouth": lambda features, base, closed: (closed - base)[None],
        "ridge": lambda features, base, closed: ridge.predict(features),
        "content": lambda features, base, closed: model.predict(features, base),
    }
    if nearest:
        known = fit_nearest(train, bases["train"], model.scaling, model.predict_frame)
        predictors["nearest"] = lambda features, base, closed: known.predict(features)
    return predictors


def measure_predictor(
    name: str, predictor: Predictor, clips: Sequences, bases: Array, *, mismatched: bool = False
) -> pd.DataFrame:
    """Measures of every clip of two frames or more.

    Args:
        name: of the predictor, in the table.
        predictor: what predicts.
        clips: what is predicted.
        bases: shape = (S, 204).
        mismatched: each clip hears the next one's audio, both cut to the shorter.

    Returns:
        A row a clip, columns COLUMNS.
    """
    rows = []
    for index in told(range(len(clips)), f"measuring {name}", "clips"):
        heard_at = clips.span((index + 1) % len(clips) if mismatched else index)
        features = np.asarray(clips.features[heard_at])
        truth = np.asarray(clips.landmarks[clips.span(index)])
        length = min(len(features), len(truth))
        if length < 2:
            continue
        moved = predictor(features, bases[index], np.asarray(clips.faces[index]))
        shown = np.broadcast_to(bases[index] + moved[:length], (length, bases.shape[1]))
        rows.append(
            {
                "predictor": name,
                "clip": clips.names[index],
                "speaker": clips.speakers[index],
                **asdict(measure_clip(shown, truth[:length])),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def base_faces_of(model: ContentCheckpoint, split: Sequences) -> Array:
    """What the model's displacements of each sequence are measured from, shape = (S, 204)."""
    if not len(split):
        return np.zeros((0, model.mean_face.size), np.float32)
    return base_faces(split, model.base, model.speaker_faces, model.rest_face - model.mean_face)
