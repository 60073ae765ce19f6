"""Ridge regression from a window of speech to landmarks: what a network must beat."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mit_core.faces.scheme import MOUTH, N_POINTS
from mit_core.models.checkpoint import FeatureScaling
from mit_core.models.windows import windows
from mit_core.sequences import Sequences

Array = npt.NDArray[np.floating]

PENALTIES = tuple(10.0**exponent for exponent in range(1, 7))
"""Penalties tried; some 10,000 frames of standardised features want 10^3 to 10^4."""

_MOUTH_COLUMNS = [3 * point + axis for point in MOUTH for axis in range(3)]
_HELD_OUT = 5
"""Where nothing is set aside for validation, every fifth training sequence chooses the penalty."""


@dataclass(frozen=True)
class Ridge:
    """Displacement = window @ weights + offset.

    Attributes:
        weights: shape = (18 * F, 204).
        offset: shape = (204,), face units.
        scaling: features -> standardised features.
        predict_frame: which frame of its window a landmark frame is.
        penalty: the one chosen.
    """

    weights: npt.NDArray[np.float64]
    offset: npt.NDArray[np.float64]
    scaling: FeatureScaling
    predict_frame: int
    penalty: float

    def predict(self, features: Array) -> Array:
        """Displacement of every frame; features (T, F) not standardised -> (T, 204)."""
        return _inputs(features, self.scaling, self.predict_frame) @ self.weights + self.offset


def fit_ridge(
    train: Sequences,
    train_bases: Array,
    val: Sequences,
    val_bases: Array,
    scaling: FeatureScaling,
    predict_frame: int,
) -> Ridge:
    """Fit on the training split; the penalty with the least squared mouth error on ``val`` wins.

    Normal equations are summed a sequence at a time, so memory does not grow with the corpus.

    Args:
        train, val: splits; without validation sequences every fifth training sequence stands in.
        train_bases, val_bases: shape = (S, 204), what displacements are measured from.
        scaling, predict_frame: the same as the network's, so that both hear the same.
    """
    indices = list(range(len(train)))
    fitted, chosen_on, chosen_bases, held_out = indices, val, val_bases, list(range(len(val)))
    if not len(val):
        held_out = indices[::_HELD_OUT]
        fitted = [i for i in indices if i % _HELD_OUT] or indices
        chosen_on, chosen_bases = train, train_bases
    equations = _NormalEquations(train.features.shape[1], scaling, predict_frame)
    for index in fitted:
        span = train.span(index)
        equations.add(train.features[span], train.landmarks[span] - train_bases[index])
    errors = []
    for penalty in PENALTIES:
        ridge = equations.solve(penalty)
        squares = [
            np.square(
                ridge.predict(chosen_on.features[span])
                - (chosen_on.landmarks[span] - chosen_bases[index])
            )[:, _MOUTH_COLUMNS].sum()
            for index in held_out
            for span in [chosen_on.span(index)]
        ]
        errors.append(sum(squares))
    return equations.solve(PENALTIES[int(np.argmin(errors))])


class _NormalEquations:
    def __init__(self, bands: int, scaling: FeatureScaling, predict_frame: int):
        width = windows(np.zeros((1, bands)), predict_frame).size
        self.scaling, self.predict_frame = scaling, predict_frame
        self.frames = 0
        self.squares = np.zeros((width, width))
        self.products = np.zeros((width, 3 * N_POINTS))
        self.inputs, self.outputs = np.zeros(width), np.zeros(3 * N_POINTS)

    def add(self, features: Array, displacement: Array) -> None:
        heard = _inputs(features, self.scaling, self.predict_frame)
        moved = np.asarray(displacement, np.float64)
        self.squares += heard.T @ heard
        self.products += heard.T @ moved
        self.inputs += heard.sum(axis=0)
        self.outputs += moved.sum(axis=0)
        self.frames += len(heard)

    def solve(self, penalty: float) -> Ridge:
        mean_in, mean_out = self.inputs / self.frames, self.outputs / self.frames
        covariance = self.squares - self.frames * np.outer(mean_in, mean_in)
        covariance[np.diag_indices_from(covariance)] += penalty
        weights = np.linalg.solve(
            covariance, self.products - self.frames * np.outer(mean_in, mean_out)
        )
        offset = mean_out - mean_in @ weights
        return Ridge(weights, offset, self.scaling, self.predict_frame, penalty)


def _inputs(
    features: Array, scaling: FeatureScaling, predict_frame: int
) -> npt.NDArray[np.float64]:
    heard = windows(scaling(np.asarray(features)), predict_frame)
    return heard.reshape(len(features), -1).astype(np.float64)
