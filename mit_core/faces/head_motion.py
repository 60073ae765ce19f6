"""Head motion inside landmarks: a clip's pose from its own mean pose, put in and taken out."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from mit_core.faces.points import as_points
from mit_core.faces.pose import euler_degrees, quaternions_of
from mit_core.faces.rigid import fit_rigid
from mit_core.faces.scheme import STEADY

Array = npt.NDArray[np.floating]
Float64 = npt.NDArray[np.float64]


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


def steady_readout(face: Array) -> Float64:
    """Linear map from the steady points' displacement to the six numbers of a small motion.

    Least squares of d = w x p + t over the nine points p, exact for small turns.

    Args:
        face: shape = (204,), face units.

    Returns:
        shape = (27, 6): displacement of STEADY's points in order (x, y, z each) @ this = pitch, yaw
        and roll in radians, x, y and z in face units.
    """
    rows = []
    for x, y, z in as_points(np.asarray(face, np.float64))[list(STEADY)]:
        rows.append([[0, z, -y], [-z, 0, x], [y, -x, 0]])
    turns = np.concatenate(np.array(rows))
    shifts = np.tile(np.eye(3), (len(STEADY), 1))
    readout: Float64 = np.linalg.pinv(np.concatenate([turns, shifts], axis=1)).T
    return readout
