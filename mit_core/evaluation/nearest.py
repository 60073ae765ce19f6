"""The nearest neighbour: each frame moves as the training frame did that sounded most like it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mit_core.models.checkpoint import FeatureScaling
from mit_core.models.windows import windows
from mit_core.sequences import Sequences

Array = npt.NDArray[np.floating]

_MOST_FRAMES = 20_000
"""Training frames that are looked through, 5 minutes; evenly spaced, where there are more."""
_AXES = 48
"""Principal axes of the windows, on which distances are taken; they hold nine tenths of speech's
variance."""
_AT_ONCE = 512


@dataclass(frozen=True)
class NearestNeighbour:
    """What training frames sounded like, and how they moved.

    Attributes:
        axes: shape = (18 * F, K), orthonormal.
        mean: shape = (18 * F,), of the windows.
        known: shape = (N, K), the training windows on the axes.
        moved: shape = (N, 204), their displacements, face units.
        scaling, predict_frame: as of the network beside it, so that both hear the same.
    """

    axes: npt.NDArray[np.float32]
    mean: npt.NDArray[np.float32]
    known: npt.NDArray[np.float32]
    moved: npt.NDArray[np.float32]
    scaling: FeatureScaling
    predict_frame: int

    def predict(self, features: Array) -> npt.NDArray[np.float32]:
        """Displacement of every frame; features (T, F) not standardised -> (T, 204)."""
        heard = (_inputs(features, self.scaling, self.predict_frame) - self.mean) @ self.axes
        squares = np.square(self.known).sum(axis=1)
        nearest = [
            np.argmin(squares - 2 * part @ self.known.T, axis=1)
            for part in np.array_split(heard, -(-len(heard) // _AT_ONCE))
        ]
        return self.moved[np.concatenate(nearest)]


def fit_nearest(
    train: Sequences, bases: Array, scaling: FeatureScaling, predict_frame: int
) -> NearestNeighbour:
    """Remember the training split.

    Args:
        train: what is remembered, one frame at least.
        bases: shape = (S, 204), what displacements are measured from.
        scaling, predict_frame: see ``NearestNeighbour``.
    """
    step = -(-int(train.offsets[-1]) // _MOST_FRAMES)
    heard, moved = [], []
    for index in range(len(train)):
        span = train.span(index)
        taken = slice(index % step, None, step)  # short sequences take turns
        heard.append(_inputs(train.features[span], scaling, predict_frame)[taken])
        moved.append((np.asarray(train.landmarks[span]) - bases[index])[taken])
    inputs = np.concatenate(heard)
    mean = inputs.mean(axis=0)
    _, axes = np.linalg.eigh((inputs - mean).T @ (inputs - mean))
    chosen = axes[:, -_AXES:]
    return NearestNeighbour(
        axes=chosen,
        mean=mean,
        known=(inputs - mean) @ chosen,
        moved=np.concatenate(moved).astype(np.float32),
        scaling=scaling,
        predict_frame=predict_frame,
    )


def _inputs(
    features: Array, scaling: FeatureScaling, predict_frame: int
) -> npt.NDArray[np.float32]:
    heard = windows(scaling(np.asarray(features)), predict_frame)
    return heard.reshape(len(features), -1).astype(np.float32)
