"""Measures of predicted landmarks against the true ones."""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from mit_core.clocks import FEATURE_HZ
from mit_core.faces.mouth import inner_lip_area
from mit_core.faces.scheme import JAW, MOUTH, N_POINTS
from mit_core.training.validation import landmark_distance, opening_correlation

Array = npt.NDArray[np.floating]

_LIPS_AND_JAW = JAW + MOUTH


@dataclass(frozen=True)
class ClipMeasures:
    """How one clip was predicted; nan where a clip cannot tell (a mouth that never opens).

    Attributes:
        opening_r: correlation over time of the mouth's opening; higher is better.
        mouth_distance, face_distance: mean 3-D distance of the points 48-67 and of all 68; the
            outer-eye distance is 1.
        d_ll, d_vl, d_a, d_l, d_v: after the measures of Zhou et al. 2020; what each is divided by
            is our choice, so compare them among runs rather than with the paper's. All in percent
            and in the plane of the image. d_ll: distance of the points of lips and jaw, over the
            clip's greatest lip width. d_vl: difference of their velocity, a second, likewise. d_a:
            difference of the area inside the lips, over the clip's greatest. d_l, d_v: distance
            and velocity difference of all points, over the face's width.
    """

    opening_r: float
    mouth_distance: float
    face_distance: float
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
        mouth_distance=landmark_distance(prediction, truth, MOUTH),
        face_distance=landmark_distance(prediction, truth),
        d_ll=100 * float(error[:, lower].mean() / lip_width),
        d_vl=100 * float(velocity[:, lower].mean() / lip_width),
        d_a=100 * float(np.abs(area - true_area).mean()) / widest if widest > 0 else float("nan"),
        d_l=100 * float(error.mean() / face_width),
        d_v=100 * float(velocity.mean() / face_width),
    )


def mean_measures(clips: list[ClipMeasures]) -> dict[str, float]:
    """Mean over clips of every measure, clips that cannot tell left out."""
    means = {}
    for field in fields(ClipMeasures):
        values = np.array([getattr(clip, field.name) for clip in clips])
        values = values[np.isfinite(values)]
        means[field.name] = float(values.mean()) if len(values) else float("nan")
    return means
