"""The content branch beside plain predictors, on clips that none of them learned from."""

import logging
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from mit_core.evaluation.measures import ClipMeasures, mean_measures, measure_clip
from mit_core.evaluation.ridge import fit_ridge
from mit_core.models.checkpoint import ContentCheckpoint, FeatureScaling, load_content
from mit_core.sequences import Sequences
from mit_core.training.bases import base_faces
from mit_core.training.hardware import limited_threads

log = logging.getLogger(__name__)

Array = npt.NDArray[np.floating]
Predictor = Callable[[Array, Array], Array]
"""(features (T, F) not standardised, base face (204,)) -> displacement (T, 204)."""


def evaluate_content(
    checkpoint: str | Path,
    train: Sequences,
    val: Sequences,
    test: Sequences,
    *,
    threads: int = 1,
) -> pd.DataFrame:
    """Measure a checkpoint and its baselines on the test split.

    Rows: ``mean_face`` (no displacement), ``ridge`` and ``content``, and the last two once more
    hearing each clip with another clip's audio (``*_mismatched``): what a predictor scores there
    it owes to the corpus's fixed timing and not to hearing. All share the checkpoint's base faces
    and window.

    Args:
        checkpoint: path of a ``ContentCheckpoint``.
        train, val: the splits that the checkpoint and ridge learned from.
        test: held-out clips; mismatched rows need two.
        threads: CPU threads that torch may use.

    Returns:
        A row a predictor (column ``predictor``), its means over clips of ``ClipMeasures``'s
        fields, and ``clips``, the number of clips. No row where nothing is held out.

    Raises:
        UserError: a wrong checkpoint.
    """
    if not len(test):  # a corpus of one short clip: the run is not lost for want of a measure
        log.warning("no clip is held out for testing: nothing is measured")
        return pd.DataFrame(columns=["predictor", *(f.name for f in fields(ClipMeasures)), "clips"])
    model = load_content(checkpoint)
    bases = {name: _bases(model, split) for name, split in (("train", train), ("val", val))}
    # Ridge does worse where each clip is scaled by itself, so it is always given the corpus's.
    corpus = FeatureScaling(model.scaling.mean, model.scaling.std)
    ridge = fit_ridge(train, bases["train"], val, bases["val"], corpus, model.predict_frame)
    predictors: dict[str, Predictor] = {
        "mean_face": lambda features, base: np.zeros((len(features), base.size), np.float32),
        "ridge": lambda features, base: ridge.predict(features),
        "content": lambda features, base: model.predict(features, base),
    }
    test_bases = _bases(model, test)
    rows = []
    with limited_threads(threads):
        for name, predictor in predictors.items():
            rows.append(_row(name, measure_predictor(predictor, test, test_bases)))
        if len(test) > 1:
            for name in ("ridge", "content"):
                clips = measure_predictor(predictors[name], test, test_bases, mismatched=True)
                rows.append(_row(f"{name}_mismatched", clips))
    return pd.DataFrame(rows)


def measure_predictor(
    predictor: Predictor, clips: Sequences, bases: Array, *, mismatched: bool = False
) -> list[ClipMeasures]:
    """Measures of every clip of two frames or more.

    Args:
        predictor: features and base face -> displacement.
        clips: what is predicted.
        bases: shape = (S, 204).
        mismatched: each clip hears the next one's audio, both cut to the shorter.
    """
    measured = []
    for index in range(len(clips)):
        heard_at = clips.span((index + 1) % len(clips) if mismatched else index)
        features = np.asarray(clips.features[heard_at])
        truth = np.asarray(clips.landmarks[clips.span(index)])
        length = min(len(features), len(truth))
        if length < 2:
            continue
        displacement = predictor(features, bases[index])[:length]
        measured.append(measure_clip(bases[index] + displacement, truth[:length]))
    return measured


def _row(name: str, clips: list[ClipMeasures]) -> dict[str, str | float]:
    return {"predictor": name, **mean_measures(clips), "clips": len(clips)}


def _bases(model: ContentCheckpoint, split: Sequences) -> Array:
    if not len(split):
        return np.zeros((0, model.mean_face.size), np.float32)
    return base_faces(split, model.base, model.speaker_faces, model.rest_face - model.mean_face)
