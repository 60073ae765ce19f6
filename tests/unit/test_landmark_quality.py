"""Landmark quality: the measures are what they say, whatever the size of the picture."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from mit_core.faces.points import outer_eye_distance
from mit_core.faces.pose import quaternions_of
from mit_core.faces.quality import LandmarkQuality, landmark_quality
from mit_core.faces.standard_face import standard_face

FRAMES = 200


def head(scale: float = 100.0) -> np.ndarray:
    """A head that moves with a steady acceleration; (T, 68, 3), pixels."""
    time = np.linspace(0, 4, FRAMES)
    path = np.stack([3 * time + time**2, 7 - time**2, 0 * time], axis=1)
    return standard_face() * scale + path[:, None]


def measured(points: np.ndarray, yaws: np.ndarray | float = 0.0) -> LandmarkQuality:
    turns = Rotation.from_euler("y", np.broadcast_to(yaws, len(points))[:, None], degrees=True)
    confidence = np.full(len(points), 0.8)
    confidence[:10] = 0
    return landmark_quality(points, confidence, confidence == 0, quaternions_of(turns.as_matrix()))


@given(noise=st.floats(0.05, 3.0), scale=st.floats(20, 400), seed=st.integers(0, 99))
def test_jitter_is_the_noise_of_points_over_the_eyes_distance(
    noise: float, scale: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    eyes = outer_eye_distance(standard_face() * scale)
    shaken = head(scale) + noise / 100 * eyes * rng.standard_normal((FRAMES, 68, 3))
    assert measured(shaken).jitter == pytest.approx(noise, rel=0.15)


def test_a_head_that_moves_does_not_shake() -> None:
    assert measured(head()).jitter < 1e-6
    moving = head()
    moving[100:] += 40  # one jump, or one cut that was missed
    assert measured(moving).jitter < 1e-6


def test_confidence_turn_and_size() -> None:
    yaws = np.zeros(FRAMES)
    yaws[:30], yaws[30:50] = 45, -35
    found = measured(head(), yaws)
    assert found.confidence == pytest.approx(0.8)  # of the frames on which a face was found
    assert found.turned == pytest.approx(50 / FRAMES)
    width, height = np.ptp(standard_face()[:, :2], axis=0)
    assert found.face_pixels == pytest.approx(100 * max(width, height))
    flat = head()
    flat[..., 2] = 0
    assert np.isnan(measured(flat, yaws).turned)  # points in a plane do not tell how it turns
