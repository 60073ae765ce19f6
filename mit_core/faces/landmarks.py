"""Landmarks of one tracked face on every frame of a segment."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mit_core.errors import ClipError
from mit_core.faces.boxes import Image
from mit_core.faces.detectors import LandmarkDetector
from mit_core.faces.scheme import N_POINTS


@dataclass(frozen=True)
class LandmarkSettings:
    """What counts as found.

    Attributes:
        max_gap_frames: gaps up to this many frames are interpolated, longer ones cut the segment.
        min_confidence: below this, 0..1, a frame counts as not found.
        min_frames: shorter runs are dropped; 18 mel frames, one window, are 7 video frames.
    """

    max_gap_frames: int = 5
    min_confidence: float = 0.5
    min_frames: int = 12


@dataclass(frozen=True)
class LandmarkRun:
    """A stretch of a segment with landmarks on every frame.

    Attributes:
        start: first frame, counted within the segment.
        points: shape = (T, 68, 3), float32, pixels of the whole picture.
        confidence: shape = (T,), float32, the detector's score; 0 where interpolated.
        interpolated: shape = (T,), bool.
    """

    start: int
    points: npt.NDArray[np.float32]
    confidence: npt.NDArray[np.float32]
    interpolated: npt.NDArray[np.bool_]


def extract_landmarks(
    frames: Iterable[Image],
    boxes: npt.NDArray[np.floating],
    detector: LandmarkDetector,
    settings: LandmarkSettings | None = None,
) -> list[LandmarkRun]:
    """Find the landmarks of the tracked face frame by frame; frames are not kept.

    Args:
        frames: the segment's T frames, (H, W, 3) uint8 RGB.
        boxes: shape = (T, 4), the tracked face, pixels.

    Returns:
        Runs in order; none overlap.

    Raises:
        ClipError: ``no_landmarks``, where no run is long enough to use.
    """
    settings = settings or LandmarkSettings()
    points = np.zeros((len(boxes), N_POINTS, 3), dtype=np.float32)
    confidence = np.zeros(len(boxes), dtype=np.float32)
    for index, (frame, box) in enumerate(zip(frames, boxes, strict=True)):
        x0, y0, x1, y1 = map(float, box)
        found = detector.detect(frame, (x0, y0, x1, y1))
        if found is not None and found.confidence >= settings.min_confidence:
            points[index], confidence[index] = found.points, found.confidence
    runs = runs_of(points, confidence, settings)
    if not runs:
        seen = int(np.count_nonzero(confidence))
        raise ClipError(
            "no_landmarks",
            f"The face could be read on {seen} of {len(boxes)} frames only, never on "
            f"{settings.min_frames} in a row; it may be too small, turned away or covered.",
        )
    return runs


def runs_of(
    points: npt.NDArray[np.float32],
    confidence: npt.NDArray[np.float32],
    settings: LandmarkSettings,
) -> list[LandmarkRun]:
    """Cut frames (T, 68, 3) at long gaps and fill short ones linearly in all three coordinates.

    Args:
        confidence: shape = (T,); 0 marks a frame without landmarks.
    """
    found = np.flatnonzero(confidence > 0)
    if found.size == 0:
        return []
    breaks = np.flatnonzero(np.diff(found) - 1 > settings.max_gap_frames) + 1
    runs = []
    for known in np.split(found, breaks):
        start, end = int(known[0]), int(known[-1]) + 1
        if end - start < settings.min_frames:
            continue
        wanted = np.arange(start, end)
        after = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        before = np.maximum(after - (known[after] > wanted), 0)
        length = np.maximum(known[after] - known[before], 1)
        share = ((wanted - known[before]) / length)[:, None, None]
        filled = points[known[before]] * (1 - share) + points[known[after]] * share
        runs.append(
            LandmarkRun(
                start=start,
                points=filled.astype(np.float32),
                confidence=confidence[start:end].copy(),
                interpolated=confidence[start:end] == 0,
            )
        )
    return runs
