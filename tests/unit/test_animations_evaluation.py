"""What a detector sees in a rendered video, beside what was predicted."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mit_core.animation.animation import Animation, save_animation
from mit_core.evaluation.animations import correlation_at, measure_animations
from mit_core.faces.detectors import Detection
from mit_core.faces.standard_face import standard_face
from mit_core.media.video import VideoWriter

FRAMES = 40


@given(st.integers(-5, 5), st.integers(0, 100))
def test_a_shift_is_found_where_it_is(lag: int, seed: int) -> None:
    predicted = np.random.default_rng(seed).normal(size=60)
    seen = np.roll(predicted, lag)
    scores = {k: correlation_at(seen, predicted, k) for k in range(-5, 6)}
    assert max(scores, key=lambda k: scores[k]) == lag


def test_a_still_mouth_has_no_correlation() -> None:
    assert np.isnan(correlation_at(np.zeros(9), np.arange(9.0), 0))


class Seeing:
    """A detector that gives prepared landmarks, a frame after the other; None for no face."""

    def __init__(self, points: list[np.ndarray | None]):
        self.points = iter(points)

    def detect(self, image, box=None) -> Detection | None:
        points = next(self.points)
        return None if points is None else Detection(points, 1.0)

    def close(self) -> None:
        pass


@pytest.fixture
def talking() -> np.ndarray:
    face = standard_face() * 40 + (64, 50, 0)
    opening = np.abs(np.random.default_rng(0).normal(size=FRAMES)) * 4
    moving = np.repeat(face[None], FRAMES, axis=0)
    moving[:, [65, 66, 67], 1] += opening[:, None]
    return moving.astype(np.float32)


def measured(tmp_path: Path, truth: np.ndarray, seen: list[np.ndarray | None]) -> pd.Series:
    with VideoWriter(tmp_path / "a.mp4", 25, 128, 128) as video:
        for _ in truth:
            video.write(np.zeros((128, 128, 3), np.uint8))
    animation = Animation(truth, np.zeros(len(truth), np.float32), 25.0, truth[0])
    save_animation(tmp_path / "a.npz", animation)
    measure_animations(
        [tmp_path / "a.mp4"], [tmp_path / "a.npz"], tmp_path / "out.tsv", Seeing(seen)
    )
    return pd.read_csv(tmp_path / "out.tsv", sep="\t").iloc[0]


def test_what_is_seen_as_predicted_scores_one(tmp_path: Path, talking: np.ndarray) -> None:
    row = measured(tmp_path, talking, list(talking))
    assert (row["detected"], row["opening_r"], row["best_lag"]) == (1, 1, 0)
    assert row["landmark_distance"] == 0


def test_a_late_mouth_is_noticed(tmp_path: Path, talking: np.ndarray) -> None:
    late = np.roll(talking, 2, axis=0)
    row = measured(tmp_path, talking, list(late))
    assert row["best_lag"] == 2 and row["opening_r"] < 0.5


def test_lost_faces_are_counted_and_a_faceless_video_has_empty_cells(
    tmp_path: Path, talking: np.ndarray
) -> None:
    half = [points if k % 2 else None for k, points in enumerate(talking)]
    row = measured(tmp_path, talking, half)
    assert row["detected"] == 0.5 and row["opening_r"] > 0.99
    none = measured(tmp_path, talking, [None] * FRAMES)
    assert none["detected"] == 0 and np.isnan(none["opening_r"])
    brief = measured(tmp_path, talking[:2], list(talking[:2]))
    assert brief["detected"] == 1 and np.isnan(brief["opening_r"])
