"""How good a segment's landmarks are, in the few numbers that tell trouble."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mit_core.faces.points import outer_eye_distance
from mit_core.faces.pose import euler_degrees
from mit_core.faces.scheme import STEADY

FAR_ASIDE = 30.0
"""Degrees of yaw from which a detector guesses the far half of the mouth."""
_THIRD_DIFFERENCE = (1.0, -3.0, 3.0, -1.0)


@dataclass(frozen=True)
class LandmarkQuality:
    """Of one segment.

    Attributes:
        confidence: the detector's mean score on the frames where it found the face, 0..1.
        jitter: noise of the steady points (nose and corners of the eyes), which on a head cannot
            shake: the standard deviation of a coordinate, in percent of the outer-eye distance.
        turned: share of frames on which the head looks more than 30 degrees aside, 0..1; NaN for
            landmarks without depth.
        face_pixels: median of the longer side of the landmarks' box, pixels of the working copy.
    """

    confidence: float
    jitter: float
    turned: float
    face_pixels: float


def landmark_quality(
    points: npt.NDArray[np.floating],
    confidence: npt.NDArray[np.floating],
    interpolated: npt.NDArray[np.bool_],
    quaternions: npt.NDArray[np.floating],
) -> LandmarkQuality:
    """Measure a segment's landmarks as they were detected, before they are smoothed.

    Args:
        points: shape = (T, 68, 3), pixels, T > 3.
        confidence: shape = (T,), 0..1.
        interpolated: shape = (T,): frames on which nothing was found.
        quaternions: shape = (any, 4), w first: the head's rotation from looking straight ahead.
    """
    points = np.asarray(points, dtype=np.float64)
    found = ~np.asarray(interpolated, dtype=bool)
    flat = not points[..., 2].any()
    yaw = euler_degrees(quaternions)[:, 1]
    sides = np.ptp(points[..., :2], axis=1).max(axis=1)
    return LandmarkQuality(
        confidence=float(np.mean(confidence[found])) if found.any() else 0.0,
        jitter=100
        * _noise(points[:, list(STEADY), :2])
        / float(np.median(outer_eye_distance(points))),
        turned=float("nan") if flat else float(np.mean(np.abs(yaw) > FAR_ASIDE)),
        face_pixels=float(np.median(sides)),
    )


def _noise(points: npt.NDArray[np.float64]) -> float:
    """Standard deviation of the white noise in curves (T, N, 2), pixels.

    The third difference leaves nothing of what moves with a steady acceleration, as a head nearly
    does over four frames; white noise of deviation s has one of sqrt(20) s. Its median over the
    frames, so that a sudden move does not count.
    """
    third = sum(
        weight * points[place : len(points) - 3 + place]
        for place, weight in enumerate(_THIRD_DIFFERENCE)
    )
    squares = np.mean(np.square(third), axis=(1, 2))
    return float(np.sqrt(np.median(squares) / np.sum(np.square(_THIRD_DIFFERENCE))))
