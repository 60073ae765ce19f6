"""Registration: the published fit, the pose round trip, and laws that hold for any head motion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from mit_core.faces.pose import euler_degrees, matrices_of, quaternions_of
from mit_core.faces.registration import (
    Settings,
    outer_eye_distance,
    published_pose,
    register,
    unregister,
)
from mit_core.faces.rigid import fit_rigid
from mit_core.faces.scheme import STEADY
from mit_core.faces.smoothing import savitzky_golay
from mit_core.faces.standard_face import standard_face


def moving_head(seed: int, frames: int, scale: float = 90.0):
    """A standard face that talks (its mouth moves) while the head turns and wanders."""
    rng = np.random.default_rng(seed)
    face = np.repeat(standard_face()[None].astype(float), frames, axis=0)
    face[:, 48:68] += rng.normal(0, 0.02, (frames, 20, 3))
    rotations = Rotation.from_rotvec(rng.uniform(-0.5, 0.5, (frames, 3)))
    places = rng.uniform(1, 4, (frames, 3))
    turned = face @ np.swapaxes(rotations.as_matrix(), 1, 2) + places[:, None]
    return face, rotations, places, turned * scale


@pytest.mark.parametrize(
    ("source", "target", "motion"),
    [("src68", "dst68", "T"), ("refl_P", "refl_Q", "refl_T"), ("pix68", "anchor", "pix_T")],
)
def test_fit_equals_the_published_one(reference, source, target, motion):
    data = np.load(reference / "geometry" / "icp.npz")
    steady = list(data["t_shape_idx"])
    assert steady == list(STEADY)
    moving, still = (
        data[name][steady] if len(data[name]) == 68 else data[name] for name in (source, target)
    )
    rotation, translation = fit_rigid(moving, still)
    np.testing.assert_allclose(rotation, data[motion][:3, :3], atol=1e-9)
    np.testing.assert_allclose(translation, data[motion][:3, 3], atol=1e-9)


@pytest.mark.parametrize("name", ["norm_output_fls_rot_std", "norm_output_fls_rot_anchor9"])
def test_sequence_and_pose_equal_the_published_ones(reference, name):
    data = np.load(reference / "geometry" / f"{name}.npz")
    clip = data["clip"].reshape(-1, 68, 3)
    steady = list(STEADY)
    registered = data["registered"]
    rotation, translation = fit_rigid(clip[:, steady], registered[:, steady])
    np.testing.assert_allclose(rotation, data["rot_trans"][:, :, :3], atol=1e-9)
    np.testing.assert_allclose(translation, data["rot_trans"][:, :, 3], atol=1e-9)
    head = np.swapaxes(rotation, 1, 2)
    place = -np.einsum("tij,tj->ti", head, translation)
    rot_trans, rot_quat = published_pose(quaternions_of(head), place)
    np.testing.assert_allclose(rot_trans, data["rot_trans"], atol=1e-9)
    same_sign = np.sign(np.sum(rot_quat * data["rot_quats"], axis=1, keepdims=True))
    np.testing.assert_allclose(rot_quat * same_sign, data["rot_quats"], atol=1e-9)


def test_head_motion_is_taken_out_and_known_again():
    face, rotations, places, pixels = moving_head(seed=1, frames=20)
    result = register(pixels, settings=Settings(smoothing_window=1))
    np.testing.assert_allclose(result.landmarks.reshape(-1, 68, 3), face, atol=1e-5)
    np.testing.assert_allclose(matrices_of(result.quaternions), rotations.as_matrix(), atol=1e-6)
    np.testing.assert_allclose(result.translations, places, atol=1e-5)
    assert result.scale == pytest.approx(1 / 90, rel=1e-6)


@given(
    seed=st.integers(0, 10_000),
    frames=st.integers(1, 30),
    scale=st.floats(10, 900),
)
def test_unregister_is_the_inverse(seed, frames, scale):
    pixels = moving_head(seed, frames, scale)[3]
    pixels += np.random.default_rng(seed + 1).normal(0, 0.02 * scale, pixels.shape)
    done = register(pixels, settings=Settings(smoothing_window=1))
    back = unregister(done.landmarks, done.quaternions, done.translations, done.scale)
    np.testing.assert_allclose(back, pixels, atol=2e-6 * scale * 10)
    np.testing.assert_allclose(np.linalg.norm(done.quaternions, axis=1), 1, atol=1e-9)


@given(scale=st.floats(20, 500), seed=st.integers(0, 1000))
def test_scale_and_place_in_the_picture_do_not_matter(scale, seed):
    pixels = moving_head(seed, 9, scale=100.0)[3]
    first = register(pixels)
    second = register(pixels * (scale / 100.0) + (31.0, -7.0, 0.0))
    np.testing.assert_allclose(first.landmarks, second.landmarks, atol=1e-4)
    median = np.median(outer_eye_distance(first.landmarks.reshape(-1, 68, 3)))
    assert median == pytest.approx(outer_eye_distance(standard_face()), rel=0.02)


def test_a_turned_head_reads_as_its_angles():
    turn = Rotation.from_euler("zxy", [5.0, -8.0, 20.0], degrees=True)
    pixels = (standard_face() @ turn.as_matrix().T)[None] * 80 + 100
    angles = euler_degrees(register(pixels).quaternions)[0]
    np.testing.assert_allclose(angles, [-8.0, 20.0, 5.0], atol=1e-3)


def test_flat_landmarks_are_registered_in_the_plane():
    flat = standard_face() * (1.0, 1.0, 0.0)
    spin = Rotation.from_euler("z", 12, degrees=True).as_matrix()
    done = register((flat @ spin.T)[None] * 70 + (200.0, 100.0, 0.0))
    np.testing.assert_allclose(done.landmarks.reshape(68, 3), flat, atol=1e-4)
    np.testing.assert_allclose(euler_degrees(done.quaternions)[0], [0, 0, 12], atol=1e-3)


def test_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match="68"):
        register(np.zeros((4, 98, 3)))


def test_smoothing_equals_the_published_filter(reference):
    data = np.load(reference / "geometry" / "savgol.npz")
    for window in (5, 7, 11, 15, 17, 27, 31):
        np.testing.assert_allclose(
            savitzky_golay(data["x"], window, 3), data[f"w{window}"], atol=1e-9
        )


@given(frames=st.integers(1, 40), window=st.sampled_from([1, 5, 7, 15, 31]))
def test_smoothing_leaves_a_straight_line_at_any_length(frames, window):
    line = np.linspace(0, 3, frames)[:, None] * (1.0, -2.0) + 5
    np.testing.assert_allclose(savitzky_golay(line, window, 3), line, atol=1e-9)


def test_a_quaternion_keeps_its_sign_through_half_a_turn():
    turning = Rotation.from_euler("y", np.linspace(0, 350, 60)[:, None], degrees=True).as_matrix()
    quaternions = quaternions_of(turning)
    assert (np.sum(quaternions[1:] * quaternions[:-1], axis=1) > 0.9).all()
    np.testing.assert_allclose(matrices_of(quaternions), turning, atol=1e-12)
