"""Head motion inside landmarks: a clip's pose from its own mean pose, put in and taken out."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from mit_core.clocks import FEATURE_HZ
from mit_core.faces.clock import resample, resample_quaternions
from mit_core.faces.points import as_points
from mit_core.faces.pose import euler_degrees, matrices_of, quaternions_of
from mit_core.faces.rigid import fit_rigid
from mit_core.faces.scheme import STEADY

Array = npt.NDArray[np.floating]
Float64 = npt.NDArray[np.float64]

_SMALLEST = 1e-3
"""Degrees or face units: less than any landmark detector's noise."""


@dataclass(frozen=True)
class HeadMotion:
    """Rigid motion of a head about the middle between its ears; identity at its mean pose.

    Attributes:
        rotations: shape = (T, 3, 3).
        translations: shape = (T, 3), face units.
    """

    rotations: Float64
    translations: Float64

    def degrees(self) -> Float64:
        """Pitch, yaw and roll; shape = (T, 3)."""
        return euler_degrees(quaternions_of(self.rotations))

    def scaled(self, gain: float | Array) -> "HeadMotion":
        """The same motion, so many times as large; ``gain`` is one number or (T,)."""
        gains = np.broadcast_to(np.asarray(gain, np.float64), len(self.translations))[:, None]
        turns = Rotation.from_matrix(self.rotations).as_rotvec() * gains
        return HeadMotion(Rotation.from_rotvec(turns).as_matrix(), self.translations * gains)

    def resampled(self, from_hz: float, to_hz: float, n_frames: int) -> "HeadMotion":
        """The same motion at another rate; frames past the end hold the last pose."""
        quaternions = quaternions_of(self.rotations)
        return HeadMotion(
            matrices_of(resample_quaternions(quaternions, from_hz, to_hz, n_frames)),
            resample(self.translations, from_hz, to_hz, n_frames),
        )

    def apply(self, landmarks: Array) -> Float64:
        """Move faces (T, 204) in face units; shape = (T, 204)."""
        points = as_points(np.asarray(landmarks, np.float64))
        moved = points @ np.swapaxes(self.rotations, 1, 2) + self.translations[:, None]
        return moved.reshape(len(moved), -1)

    def undo(self, landmarks: Array) -> Float64:
        """Take the motion out of landmarks (T, 204); shape = (T, 204)."""
        points = as_points(np.asarray(landmarks, np.float64)) - self.translations[:, None]
        return (points @ self.rotations).reshape(len(points), -1)


def motion_of_pose(quaternions: Array, translations: Array) -> HeadMotion:
    """A clip's head motion, relative to its own mean pose.

    Args:
        quaternions: shape = (T, 4), w first; T >= 1.
        translations: shape = (T, 3), face units.
    """
    rotations = Rotation.from_quat(np.asarray(quaternions, np.float64), scalar_first=True)
    back = rotations.mean().inv()
    translations = np.asarray(translations, np.float64)
    return HeadMotion(
        (back * rotations).as_matrix(), back.apply(translations - translations.mean(axis=0))
    )


def motion_of_landmarks(landmarks: Array, face: Array) -> HeadMotion:
    """Head motion of landmarks: the rigid fit of the face's steady points to each frame's.

    Args:
        landmarks: shape = (T, 204), face units.
        face: shape = (204,), the face at rest, looking straight ahead.
    """
    steady = list(STEADY)
    still = as_points(np.asarray(face, np.float64))[steady]
    moved = as_points(np.asarray(landmarks, np.float64))[:, steady]
    return HeadMotion(*fit_rigid(np.broadcast_to(still, moved.shape), moved))


def motion_sizes(motion: HeadMotion) -> Float64:
    """How far and how fast a head moves over a clip of two frames or more at 62.5 Hz.

    Returns:
        shape = (12,): standard deviation of pitch, yaw, roll in degrees, their mean absolute speed
        in degrees a second; standard deviation of x, y, z in face units, their speed a second.
        At least a thousandth each, so that ratios of two are numbers.
    """
    sizes = []
    for curve in (motion.degrees(), motion.translations):
        sizes += [curve.std(axis=0), np.abs(np.diff(curve, axis=0)).mean(axis=0) * FEATURE_HZ]
    return np.maximum(np.concatenate(sizes), _SMALLEST)


def turned_and_shifted(face: Array) -> Float64:
    """What the six numbers of a small head motion do to a face, to first order.

    Args:
        face: shape = (204,), face units.

    Returns:
        shape = (6, 204): pitch, yaw, roll in radians, x, y, z in face units @ this = displacement.
    """
    x, y, z = as_points(np.asarray(face, np.float64)).T
    none, one = np.zeros_like(x), np.ones_like(x)
    rows = [[none, -z, y], [z, none, -x], [-y, x, none]]
    rows += [[one, none, none], [none, one, none], [none, none, one]]
    return np.array([np.stack(row, axis=1).ravel() for row in rows])


def steady_readout(face: Array) -> Float64:
    """The six numbers of a small head motion from the steady points' displacement.

    Least squares over the nine points, exact for small turns.

    Args:
        face: shape = (204,), face units.

    Returns:
        shape = (27, 6): displacement of STEADY's points in order (x, y, z each) @ this = pitch, yaw
        and roll in radians, x, y and z in face units.
    """
    moved = turned_and_shifted(face).reshape(6, -1, 3)[:, list(STEADY)].reshape(6, -1)
    readout: Float64 = np.linalg.pinv(moved)
    return readout
