"""Resampling in time: frame k is at k / rate seconds, whatever the rates and the length."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from mit_core.clocks import FEATURE_HZ, VIDEO_HZ
from mit_core.faces.clock import resample, resample_quaternions
from mit_core.faces.pose import euler_degrees


@given(frames=st.integers(1, 200), to_hz=st.sampled_from([24.0, 25.0, 30.0, 62.5, 10.0]))
def test_a_straight_line_stays_on_the_clock(frames, to_hz):
    seconds = np.arange(frames) / VIDEO_HZ
    result = resample(np.stack([seconds, 3 - seconds], axis=1), VIDEO_HZ, to_hz)
    expected = np.arange(len(result)) / to_hz
    np.testing.assert_allclose(result[:, 0], expected, atol=1e-9)
    assert expected[-1] <= seconds[-1] + 1e-9 < expected[-1] + 1 / to_hz + 1e-9


@given(frames=st.integers(1, 200))
def test_landmarks_get_the_length_of_the_mel(frames):
    mel_frames = frames * 640 // 256 + 1
    result = resample(np.arange(frames, dtype=np.float32), VIDEO_HZ, FEATURE_HZ, mel_frames)
    assert len(result) == mel_frames
    assert result.dtype == np.float32
    assert result[-1] == frames - 1


def test_feature_frame_i_is_at_video_position_two_fifths_of_i():
    result = resample(np.array([0.0, 10.0, 0.0]), VIDEO_HZ, FEATURE_HZ)
    np.testing.assert_allclose(result, [0, 4, 8, 8, 4, 0], atol=1e-9)


def test_turning_at_an_even_speed_stays_even():
    turning = Rotation.from_euler("y", np.arange(5)[:, None] * 10.0, degrees=True)
    quaternions = turning.as_quat(scalar_first=True)
    quaternions[2] *= -1  # the other sign of the same rotation
    result = resample_quaternions(quaternions, VIDEO_HZ, FEATURE_HZ, 12)
    yaw = euler_degrees(result)[:, 1]
    np.testing.assert_allclose(yaw, np.minimum(np.arange(12) * 4.0, 40), atol=1e-6)
    assert (np.sum(result[1:] * result[:-1], axis=1) > 0).all()


def test_one_pose_is_held():
    result = resample_quaternions(np.array([[1.0, 0, 0, 0]]), VIDEO_HZ, FEATURE_HZ, 3)
    np.testing.assert_array_equal(result, [[1, 0, 0, 0]] * 3)


def test_nothing_cannot_be_resampled():
    with pytest.raises(ValueError, match="no frame"):
        resample(np.zeros((0, 3)), 25, 62.5)
