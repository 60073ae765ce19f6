"""Who moves a held-out clip's face: the truth, the content branch and what it must beat."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mit_core.evaluation.content import base_faces_of, fit_predictors
from mit_core.models.checkpoint import load_content
from mit_core.sequences import Sequences

Array = npt.NDArray[np.floating]
Talker = Callable[[int], Array]
"""A held-out clip's number -> its registered landmarks (T, 204), face units, at 62.5 Hz."""

TRUTH = "truth"
PREDICTION = "content"
"""Names of the true landmarks and of the prediction that the others are there to judge."""
COMPARED = (PREDICTION, "ridge", "nearest", "mean_face", "closed_mouth")


def open_talkers(
    checkpoint: str | Path, train: Sequences, val: Sequences, test: Sequences
) -> dict[str, Talker]:
    """Everything that is compared, by its name in the table; another predictor is one word more.

    Args:
        checkpoint: path of a ``ContentCheckpoint``.
        train, val: the splits that the checkpoint and ridge learned from.
        test: held-out clips, one at least.

    Returns:
        ``truth`` (what was filmed), COMPARED as in the table of ``evaluate_content``, and, where
        there are two clips, ``content_mismatched`` (the content branch hearing the next clip from
        its start; where that is shorter it is heard over and over).

    Raises:
        UserError: a wrong checkpoint.
    """
    model = load_content(checkpoint)
    bases = base_faces_of(model, test)
    predictors = fit_predictors(model, train, val)

    def heard(index: int) -> Array:
        return np.asarray(test.features[test.span(index)])

    def foreign(index: int) -> Array:
        own, other = heard(index), heard((index + 1) % len(test))
        return np.resize(other, own.shape)

    def talker(name: str, hearing: Callable[[int], Array]) -> Talker:
        def talk(index: int) -> Array:
            features = hearing(index)
            closed = np.asarray(test.faces[index])
            face = bases[index] + predictors[name](features, bases[index], closed)
            return np.broadcast_to(face, (len(features), bases.shape[1]))

        return talk

    talkers: dict[str, Talker] = {
        TRUTH: lambda index: np.asarray(test.landmarks[test.span(index)]),
        **{name: talker(name, heard) for name in COMPARED},
    }
    if len(test) > 1:
        talkers[f"{PREDICTION}_mismatched"] = talker(PREDICTION, foreign)
    return talkers
