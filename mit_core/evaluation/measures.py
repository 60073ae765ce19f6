"""Measures of predicted landmarks against the true ones."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mit_core.clocks import FEATURE_HZ
from mit_core.evaluation.timing import best_lag
from mit_core.faces.mouth import inner_lip_area, mouth_opening
from mit_core.faces.points import outer_eye_distance
from mit_core.faces.scheme import JAW, MOUTH, N_POINTS
from mit_core.training.validation import landmark_distance, opening_correlation

Array = npt.NDArray[np.floating]

_LIPS_AND_JAW = JAW + MOUTH
_FURTHEST = 12
"""Frames either way that a mouth is looked for earlier or later: 192 ms."""


@dataclass(frozen=True)
class ClipMeasures:
    """How one clip was predicted; nan where a clip cannot tell (a mouth that never opens).

    Attributes:
        opening_r: correlation over time of the mouth's opening; higher is better.
        opening_lag: frames (16 ms) that the mouth opens later than it should, by the highest
            correlation within 192 ms; below 0 where it opens earlier.
        mouth_distance, face_distance: mean 3-D distance of the points 48-67 and of all 68; the
            outer-eye distance is 1.
        mouth_motion: ``mouth_distance`` once each point's mean place over the clip is taken off
            both: of a person never seen the face itself is guessed, and only its motion is heard.
        jerk: of the mouth's points, the mean size of the third derivative of their place (Flash &
            Hogan 1985), predicted over true; 1 moves as smoothly as the true one, more trembles.
        d_ll, d_vl, d_a, d_l, d_v: after the measures of Zhou et al. 2020; what each is divided by
            is our choice, so compare them among runs rather than with the paper's. All in percent
            and in the plane of the image. d_ll: distance of the points of lips and jaw, over the
            clip's greatest lip width. d_vl: difference of their velocity, a second, likewise. d_a:
            difference of the area inside the lips, over the clip's greatest. d_l, d_v: distance
            and velocity difference of all points, over the face's width.
    """

    opening_r: float
    opening_lag: float
    mouth_distance: float
    face_distance: float
    mouth_motion: float
    jerk: float
    d_ll: float
    d_vl: float
    d_a: float
    d_l: float
    d_v: float


def measure_clip(prediction: Array, truth: Array) -> ClipMeasures:
    """All measures of one clip.

    Args:
        prediction, truth: shape = (T, 204), registered landmarks, face units, T >= 2.
    """
    openings = mouth_opening(prediction), mouth_opening(truth)
    predicted, true = (
        np.asarray(a, np.float64).reshape(-1, N_POINTS, 3)[..., :2] for a in (prediction, truth)
    )
    error = np.linalg.norm(predicted - true, axis=2)
    velocity = np.linalg.norm(np.diff(predicted - true, axis=0), axis=2) * FEATURE_HZ
    lip_width = np.linalg.norm(true[:, 54] - true[:, 48], axis=1).max()
    face_width = np.linalg.norm(true[:, 16] - true[:, 0], axis=1).mean()
    area, true_area = inner_lip_area(prediction), inner_lip_area(truth)
    widest = float(true_area.max())
    lower = list(_LIPS_AND_JAW)
    return ClipMeasures(
        opening_r=opening_correlation(prediction, truth),
        opening_lag=best_lag(*openings, _FURTHEST),
        mouth_distance=landmark_distance(prediction, truth, MOUTH),
        face_distance=landmark_distance(prediction, truth),
        mouth_motion=_motion_distance(prediction, truth),
        jerk=_jerk(prediction) / _jerk(truth) if _jerk(truth) > 0 else float("nan"),
        d_ll=100 * float(error[:, lower].mean() / lip_width),
        d_vl=100 * float(velocity[:, lower].mean() / lip_width),
        d_a=100 * float(np.abs(area - true_area).mean()) / widest if widest > 0 else float("nan"),
        d_l=100 * float(error.mean() / face_width),
        d_v=100 * float(velocity.mean() / face_width),
    )


def _motion_distance(prediction: Array, truth: Array) -> float:
    apart = (np.asarray(prediction) - truth).reshape(-1, N_POINTS, 3)[:, list(MOUTH)]
    eyes = outer_eye_distance(np.asarray(truth).reshape(-1, N_POINTS, 3)).mean()
    return float(np.linalg.norm(apart - apart.mean(axis=0), axis=2).mean() / eyes)


def _jerk(landmarks: Array) -> float:
    """Mean size of the third derivative of the mouth's points; 0 of fewer than four frames."""
    mouth = np.asarray(landmarks, np.float64).reshape(-1, N_POINTS, 3)[:, list(MOUTH)]
    if len(mouth) < 4:
        return 0.0
    return float(np.linalg.norm(np.diff(mouth, 3, axis=0), axis=2).mean())
