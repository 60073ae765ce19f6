"""How well a content checkpoint predicts clips it did not learn from."""

import numpy as np
import numpy.typing as npt

from mit_core.faces.mouth import mouth_opening
from mit_core.faces.registration import outer_eye_distance
from mit_core.faces.scheme import MOUTH, N_POINTS
from mit_core.models.checkpoint import ContentCheckpoint
from mit_core.sequences import Sequences

Array = npt.NDArray[np.floating]

_SEQUENCES_LOOKED_AT, _FRAMES_LOOKED_AT = 32, 512
"""At most 32 sequences' first 8 s: a second's work, however large the validation split is."""

_STILL = 1e-6
"""A mouth whose opening deviates less than this (outer-eye distance = 1) does not move."""


def opening_correlation(prediction: Array, truth: Array) -> float:
    """Pearson correlation over time of the predicted and the true mouth opening.

    Args:
        prediction, truth: shape = (T, 204), face units.

    Returns:
        -1..1; 0 where the prediction does not move, nan where the truth does not.
    """
    if len(truth) < 2:
        return float("nan")
    predicted = np.asarray(mouth_opening(prediction), np.float64)
    true = np.asarray(mouth_opening(truth), np.float64)
    if true.std() < _STILL:
        return float("nan")
    if predicted.std() < _STILL:
        return 0.0
    return float(np.corrcoef(predicted, true)[0, 1])


def landmark_distance(
    prediction: Array, truth: Array, points: tuple[int, ...] = tuple(range(N_POINTS))
) -> float:
    """Mean 3-D distance of the points over time, with the true outer-eye distance as 1.

    Args:
        prediction, truth: shape = (T, 204), face units.
        points: which of the 68.
    """
    difference = (prediction - truth).reshape(-1, N_POINTS, 3)[:, list(points)]
    eyes = outer_eye_distance(truth.reshape(-1, N_POINTS, 3)).mean()
    return float(np.linalg.norm(difference, axis=2).mean() / eyes)


def validate(checkpoint: ContentCheckpoint, sequences: Sequences, bases: Array) -> dict[str, float]:
    """Mean measures over a fixed sample of sequences; empty where there is none.

    Args:
        checkpoint: the model.
        sequences: the validation split.
        bases: shape = (S, 204), the sequences' base faces.

    Returns:
        ``score`` = ``mouth_distance``, which chooses the best checkpoint; ``face_distance`` and
        ``correlation`` of the mouth opening.
    """
    chosen = np.unique(
        np.linspace(0, len(sequences) - 1, min(len(sequences), _SEQUENCES_LOOKED_AT)).astype(int)
    )
    rows = []
    for index in chosen:
        span = sequences.span(index)
        span = slice(span.start, min(span.stop, span.start + _FRAMES_LOOKED_AT))
        truth = np.asarray(sequences.landmarks[span])
        if not len(truth):
            continue
        base = bases[index]
        predicted = base + checkpoint.predict(np.asarray(sequences.features[span]), base)
        rows.append(
            (
                landmark_distance(predicted, truth, MOUTH),
                landmark_distance(predicted, truth),
                opening_correlation(predicted, truth),
            )
        )
    if not rows:
        return {}
    mouth, face, correlation = np.array(rows).T
    moving = correlation[np.isfinite(correlation)]
    return {
        "score": float(mouth.mean()),
        "mouth_distance": float(mouth.mean()),
        "face_distance": float(face.mean()),
        "correlation": float(moving.mean()) if len(moving) else 0.0,
    }
