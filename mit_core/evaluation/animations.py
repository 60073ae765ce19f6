"""Rendered videos, seen again by a detector: does the mouth on the screen do as predicted?"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from mit_core.animation.animation import load_animation
from mit_core.evaluation.timing import best_lag, correlation_at
from mit_core.faces.detectors import LandmarkDetector
from mit_core.faces.mouth import mouth_opening
from mit_core.files import written_whole
from mit_core.media.video import read_frames
from mit_core.progress import told

Array = npt.NDArray[np.floating]

COLUMNS = ("video", "frames", "detected", "opening_r", "best_lag", "landmark_distance")
FURTHEST = 5
"""Frames that a mouth is looked for early and late; beyond a fifth of a second anyone sees it."""


def measure_animations(
    videos: Sequence[Path], landmarks: Sequence[Path], output: Path, detector: LandmarkDetector
) -> None:
    """Write a TSV with a row a rendered video.

    Columns: video; frames; detected, the share of frames with a face; opening_r, correlation over
    time of the detected and the predicted opening of the mouth, frame by frame; best_lag, the
    shift in frames at which it is highest (0: in sync); landmark_distance, mean distance in the
    picture of all points, outer-eye distance = 1. Empty where the detector reads no such face
    (many drawings).

    Args:
        videos: rendered mp4 files.
        landmarks: the animation (npz) that each was rendered from.
        output: the TSV.
        detector: reads the frames.
    """
    rows = [
        {"video": video.stem, **measure_animation(video, load_animation(path).landmarks, detector)}
        for video, path in told(
            list(zip(videos, landmarks, strict=True)), "detecting the videos again", "videos"
        )
    ]
    with written_whole(output) as part:
        pd.DataFrame(rows, columns=list(COLUMNS)).to_csv(
            part, sep="\t", index=False, float_format="%.4f"
        )


def measure_animation(
    video: Path, predicted: Array, detector: LandmarkDetector
) -> Mapping[str, float]:
    """Compare what a detector sees in ``video`` with its landmarks (T, 68, 3) in pixels."""
    seen = np.full((len(predicted), 68, 2), np.nan)
    for number, frame in enumerate(read_frames(video, 0, len(predicted))):
        found = detector.detect(frame)
        if found is not None:
            seen[number] = found.points[:, :2]
    flat = np.asarray(predicted, dtype=np.float64)[..., :2]
    good = np.isfinite(seen).all(axis=(1, 2))
    row: dict[str, float] = {"frames": len(flat), "detected": float(good.mean())}
    if good.sum() < 3:  # fewer tell of no motion
        return row
    openings = mouth_opening(seen), mouth_opening(flat)
    eyes = np.linalg.norm(flat[:, 45] - flat[:, 36], axis=-1)
    distance = np.linalg.norm(seen - flat, axis=-1).mean(axis=1) / eyes
    return {
        **row,
        "opening_r": correlation_at(*openings, 0),
        "best_lag": best_lag(*openings, FURTHEST),
        "landmark_distance": float(np.nanmean(distance)),
    }
