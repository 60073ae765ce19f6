"""Head motion put into landmarks comes out of them again."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from mit_core.faces.head_motion import (
    HeadMotion,
    motion_of_landmarks,
    motion_of_pose,
    steady_readout,
)
from mit_core.faces.registration import unregister
from mit_core.faces.scheme import STEADY
from mit_core.faces.standard_face import standard_face

FACE = standard_face().reshape(204)


def motion(length: int, degrees: float, seed: int = 0) -> HeadMotion:
    rng = np.random.default_rng(seed)
    turns = rng.normal(0, np.radians(degrees), (length, 3))
    return HeadMotion(Rotation.from_rotvec(turns).as_matrix(), rng.normal(0, 0.1, (length, 3)))


@given(seed=st.integers(0, 1000), degrees=st.floats(0, 30))
def test_motion_is_read_off_moved_landmarks(seed, degrees):
    moving = motion(5, degrees, seed)
    faces = np.repeat(FACE[None], 5, axis=0)
    faces.reshape(5, 68, 3)[:, 48:] += 0.1  # the mouth does as it likes
    moved = moving.apply(faces)
    found = motion_of_landmarks(moved, FACE)
    np.testing.assert_allclose(found.rotations, moving.rotations, atol=1e-6)
    np.testing.assert_allclose(found.translations, moving.translations, atol=1e-6)
    np.testing.assert_allclose(found.undo(moved), faces, atol=1e-6)


@given(seed=st.integers(0, 1000))
def test_a_clips_motion_is_from_its_own_mean_pose(seed):
    rng = np.random.default_rng(seed)
    wander = motion(40, 5, seed)
    # wherever the camera stands and the head is, the motion from its mean is the same
    camera = Rotation.from_rotvec(rng.normal(0, 0.5, 3))
    place = rng.normal(0, 3, 3)
    quaternions = (camera * Rotation.from_matrix(wander.rotations)).as_quat(scalar_first=True)
    seen = motion_of_pose(quaternions, camera.apply(wander.translations) + place)
    mean = Rotation.from_matrix(wander.rotations).mean().inv()
    expected = (mean * Rotation.from_matrix(wander.rotations)).as_matrix()
    np.testing.assert_allclose(seen.rotations, expected, atol=1e-9)
    np.testing.assert_allclose(seen.translations.mean(axis=0), 0, atol=1e-9)
    # and it is what moves the registered face as the picture shows it, up to that mean pose
    picture = unregister(
        np.repeat(FACE[None], 40, axis=0),
        quaternions,
        camera.apply(wander.translations) + place,
        1.0,
    )
    moved = seen.apply(np.repeat(FACE[None], 40, axis=0)).reshape(40, 68, 3)
    between = np.linalg.norm(picture[:, 0] - picture[:1, 16], axis=-1)
    np.testing.assert_allclose(np.linalg.norm(moved[:, 0] - moved[:1, 16], axis=-1), between)


@given(gain=st.floats(0, 3))
def test_a_gain_scales_turns_and_shifts(gain):
    rotvec = np.array([[0.1, -0.2, 0.3]])
    made = HeadMotion(Rotation.from_rotvec(rotvec).as_matrix(), np.array([[1.0, 2.0, 3.0]]))
    larger = made.scaled(gain)
    np.testing.assert_allclose(
        Rotation.from_matrix(larger.rotations).as_rotvec(), gain * rotvec, atol=1e-12
    )
    np.testing.assert_allclose(larger.translations, gain * made.translations)


def test_small_motion_is_read_linearly():
    coordinates = np.array([[0.01, -0.02, 0.015, 0.03, -0.01, 0.02]])
    moving = HeadMotion(Rotation.from_rotvec(coordinates[:, :3]).as_matrix(), coordinates[:, 3:])
    moved = (moving.apply(FACE[None]) - FACE).reshape(1, 68, 3)[:, list(STEADY)].reshape(1, 27)
    np.testing.assert_allclose(moved @ steady_readout(FACE), coordinates, atol=5e-4)
    np.testing.assert_allclose(moving.degrees(), np.degrees(coordinates[:, :3]), atol=0.05)
