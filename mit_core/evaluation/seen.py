"""What a detector sees on drawn frames, beside what truly was to be seen there."""

import threading
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mit_core.evaluation.animations import FURTHEST
from mit_core.evaluation.timing import best_lag, correlation_at
from mit_core.faces.boxes import box_of
from mit_core.faces.detectors import LandmarkDetector
from mit_core.faces.mouth import mouth_opening
from mit_core.faces.points import outer_eye_distance
from mit_core.faces.scheme import MOUTH

Array = npt.NDArray[np.floating]

_FEWEST = 3  # frames with a face; fewer tell of no motion
_TELLING = 0.5
"""Correlation that a lag must reach to be told: in three seconds of speech a mouth that does not
follow comes to less at its best (a still one, by the detector's trembling alone, to 0.3)."""


@dataclass(frozen=True)
class Seen:
    """How a mouth on the screen did as the filmed one; nan where it cannot be told.

    Attributes:
        detected: share of the frames on which a face was found.
        opening_r: correlation over time of the openings of the mouth, frame by frame.
        best_lag: frames by which the drawn mouth is later than the filmed one where the two
            correlate best, -5 to 5; nan where that is below 0.5.
        mouth_distance: mean distance of the mouth's points in the picture, outer-eye distance 1.
    """

    detected: float
    opening_r: float
    best_lag: float
    mouth_distance: float


class Watcher:
    """Detects landmarks for several threads, one picture at a time."""

    def __init__(self, detector: LandmarkDetector):
        self.detector = detector
        self._lock = threading.Lock()

    def watch(self, frames: npt.NDArray[np.uint8], landmarks: Array) -> Seen:
        """Detect the face on every frame, and compare.

        Args:
            frames: uint8 (T, H, W, 3).
            landmarks: shape = (T, 68, 2 or 3), of the filmed face at the same time, pixels.
        """
        seen = np.full((len(frames), 68, 2), np.nan)
        for number, (frame, points) in enumerate(zip(frames, landmarks, strict=True)):
            with self._lock:
                found = self.detector.detect(frame, box_of(points))
            if found is not None:
                seen[number] = found.points[:, :2]
        return compare_seen(seen, landmarks)


def compare_seen(seen: Array, landmarks: Array) -> Seen:
    """Compare detections with what was filmed.

    Args:
        seen: shape = (T, 68, 2), pixels; nan where no face was found.
        landmarks: shape = (T, 68, 2 or 3), pixels.
    """
    flat = np.asarray(landmarks, np.float64)[..., :2]
    good = np.isfinite(seen).all(axis=(1, 2))
    nan = float("nan")
    if good.sum() < _FEWEST:
        return Seen(float(good.mean()), nan, nan, nan)
    openings = mouth_opening(seen), mouth_opening(flat)
    lag = best_lag(*openings, FURTHEST)
    told = np.isfinite(lag) and correlation_at(*openings, int(lag)) >= _TELLING
    mouth = list(MOUTH)
    distance = np.linalg.norm(seen[:, mouth] - flat[:, mouth], axis=-1).mean(axis=1)
    return Seen(
        detected=float(good.mean()),
        opening_r=correlation_at(*openings, 0),
        best_lag=lag if told else nan,
        mouth_distance=float(np.nanmean(distance / outer_eye_distance(flat))),
    )
