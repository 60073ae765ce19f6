"""Who moves a held-out clip's face: the truth, the content branch and what it must beat."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mit_core.evaluation.ridge import fit_ridge
from mit_core.models.checkpoint import FeatureScaling, load_content
from mit_core.sequences import Sequences
from mit_core.training.bases import base_faces

Array = npt.NDArray[np.floating]
Talker = Callable[[int], Array]
"""A held-out clip's number -> its registered landmarks (T, 204), face units, at 62.5 Hz."""

TRUTH = "truth"
PREDICTION = "content"
"""Names of the true landmarks and of the prediction that the others are there to judge."""


def open_talkers(
    checkpoint: str | Path, train: Sequences, val: Sequences, test: Sequences
) -> dict[str, Talker]:
    """Everything that is compared, by its name in the table; another predictor is one line more.

    Args:
        checkpoint: path of a ``ContentCheckpoint``.
        train, val: the splits that the checkpoint and ridge learned from.
        test: held-out clips, one at least.

    Returns:
        ``truth`` (what was filmed), ``content``, ``ridge``, ``mean_face`` (the base face: mostly
        the speaker's mean face), ``closed_mouth`` (the same with the mouth at rest) and, where
        there are two clips, ``content_mismatched`` (the content branch hearing the next clip from
        its start; where that is shorter it is heard over and over).

    Raises:
        UserError: a wrong checkpoint.
    """
    model = load_content(checkpoint)
    rest = model.rest_face - model.mean_face

    def bases_of(split: Sequences) -> Array:
        if not len(split):
            return np.zeros((0, model.mean_face.size), np.float32)
        return base_faces(split, model.base, model.speaker_faces, rest)

    bases = bases_of(test)
    closed = bases if model.base == "closed" else bases + rest
    # as in the table of content: ridge is always given the corpus's scaling
    corpus = FeatureScaling(model.scaling.mean, model.scaling.std)
    ridge = fit_ridge(train, bases_of(train), val, bases_of(val), corpus, model.predict_frame)

    def heard(index: int) -> Array:
        return np.asarray(test.features[test.span(index)])

    def foreign(index: int) -> Array:
        own, other = heard(index), heard((index + 1) % len(test))
        return np.resize(other, own.shape)

    def still(faces: Array) -> Talker:
        return lambda index: np.repeat(faces[index][None], len(heard(index)), axis=0)

    talkers: dict[str, Talker] = {
        TRUTH: lambda index: np.asarray(test.landmarks[test.span(index)]),
        PREDICTION: lambda index: bases[index] + model.predict(heard(index), bases[index]),
        "ridge": lambda index: bases[index] + ridge.predict(heard(index)),
        "mean_face": still(bases),
        "closed_mouth": still(closed),
    }
    if len(test) > 1:
        talkers["content_mismatched"] = lambda index: (
            bases[index] + model.predict(foreign(index), bases[index])
        )
    return talkers
