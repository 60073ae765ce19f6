"""Which frames of a clip make good portraits: eyes open, mouth closed, head as it mostly is."""

import numpy as np
import numpy.typing as npt

from mit_core.faces.mouth import mouth_opening
from mit_core.faces.points import outer_eye_distance
from mit_core.faces.scheme import LID_PAIRS, STEADY

_UPPER = [upper for upper, _ in LID_PAIRS]
_LOWER = [lower for _, lower in LID_PAIRS]

_EYES = 3.0
"""Lids part a third as far as lips do, and a portrait with half-closed eyes never opens them."""
_WIDE = 90
"""Percentile of the clip's eye opening that is wide open; above are errors and surprises."""


def source_frame(landmarks: npt.NDArray[np.floating]) -> int:
    """The frame of a clip (T, 68, 2 or 3) that shall stand for its person, T above 0."""
    return source_frames(landmarks, 1)[0]


def source_frames(landmarks: npt.NDArray[np.floating], count: int) -> list[int]:
    """The best frames of a clip, best first, a good way apart from each other.

    A frame costs its mouth's opening, what its eyes lack of the clip's open eyes (three times) and
    how far its eyes and nose lie from where the clip mostly has them, all in outer-eye distances.

    Args:
        landmarks: shape = (T, 68, 2 or 3), pixels or any other unit; T above 0.
        count: how many are wanted; fewer come back from a clip of fewer frames.
    """
    costs = _costs(np.asarray(landmarks, np.float64))
    apart = len(costs) // (2 * count)
    chosen: list[int] = []
    for frame in np.argsort(costs, kind="stable").tolist():
        if all(abs(frame - other) > apart for other in chosen):
            chosen.append(frame)
        if len(chosen) == count:
            break
    return chosen


def _costs(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    scale = outer_eye_distance(points)
    eyes = np.linalg.norm(points[:, _UPPER, :2] - points[:, _LOWER, :2], axis=-1).mean(axis=1)
    eyes = eyes / scale
    shut = np.maximum(np.percentile(eyes, _WIDE) - eyes, 0)
    steady = points[:, list(STEADY), :2]
    steady = (steady - steady.mean(axis=1, keepdims=True)) / scale[:, None, None]
    away = np.linalg.norm(steady - np.median(steady, axis=0), axis=-1).mean(axis=1)
    costs: npt.NDArray[np.float64] = mouth_opening(points) + _EYES * shut + away
    return costs
