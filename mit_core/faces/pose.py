"""Head rotation as quaternions (w, x, y, z), in face space's axes: x right, y down, z outwards."""

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

Float64 = npt.NDArray[np.float64]


def quaternions_of(rotations: npt.NDArray[np.floating]) -> Float64:
    """Unit quaternions (T, 4), w first, of rotation matrices (T, 3, 3).

    The two signs of a quaternion mean the same rotation; each is given the sign that lies nearer
    to the one before it, so that they may be smoothed and interpolated.
    """
    return continuous(Rotation.from_matrix(rotations).as_quat(canonical=True, scalar_first=True))


def continuous(quaternions: npt.NDArray[np.floating]) -> Float64:
    """The same rotations (T, 4), each with the sign nearer to the one before it."""
    against = np.einsum("ti,ti->t", quaternions[1:], quaternions[:-1]) < 0
    signs = np.where(np.cumsum(against) % 2 == 1, -1.0, 1.0)
    return np.concatenate([quaternions[:1], quaternions[1:] * signs[:, None]])


def matrices_of(quaternions: npt.NDArray[np.floating]) -> Float64:
    """Rotation matrices (T, 3, 3) of quaternions (T, 4), w first."""
    return Rotation.from_quat(np.asarray(quaternions, dtype=float), scalar_first=True).as_matrix()


def euler_degrees(quaternions: npt.NDArray[np.floating]) -> Float64:
    """Pitch (about x), yaw (about y) and roll (about z) in degrees; shape = (T, 3).

    The head turns by roll first, then pitch, then yaw, about axes that stay with the camera.
    """
    rotations = Rotation.from_quat(np.asarray(quaternions, dtype=float), scalar_first=True)
    roll, pitch, yaw = rotations.as_euler("zxy", degrees=True).T
    return np.stack([pitch, yaw, roll], axis=1)
