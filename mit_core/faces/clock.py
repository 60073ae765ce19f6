"""From one frame rate to another: frame k of any track is at k / rate seconds."""

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation, Slerp

from mit_core.faces.pose import continuous


def _positions(length: int, from_hz: float, to_hz: float, n_frames: int | None) -> np.ndarray:
    """Where each new frame lies among the old ones; beyond the last frame, the last frame."""
    if length < 1:
        raise ValueError("there is no frame to resample")
    if n_frames is None:
        n_frames = int(np.floor((length - 1) * to_hz / from_hz + 1e-9)) + 1
    return np.minimum(np.arange(n_frames) * (from_hz / to_hz), length - 1)


def resample(
    values: npt.NDArray[np.floating], from_hz: float, to_hz: float, n_frames: int | None = None
) -> npt.NDArray[np.floating]:
    """Interpolate linearly in time; frame i of the result is at i / to_hz seconds.

    Args:
        values: shape = (T, ...), T >= 1; its floating type is kept.
        n_frames: length of the result; frames past the end hold the last value. None for as many
            as lie within the input.
    """
    values = np.asarray(values)
    positions = _positions(len(values), from_hz, to_hz, n_frames)
    before = np.floor(positions).astype(np.int64)
    after = np.minimum(before + 1, len(values) - 1)
    share = (positions - before).reshape(-1, *[1] * (values.ndim - 1)).astype(values.dtype)
    return values[before] * (1 - share) + values[after] * share


def resample_quaternions(
    quaternions: npt.NDArray[np.floating], from_hz: float, to_hz: float, n_frames: int | None = None
) -> npt.NDArray[np.float64]:
    """As `resample`, for rotations (T, 4), w first: along the shorter arc (Shoemake 1985)."""
    quaternions = np.asarray(quaternions, dtype=np.float64)
    positions = _positions(len(quaternions), from_hz, to_hz, n_frames)
    if len(quaternions) == 1:
        return np.repeat(quaternions, len(positions), axis=0)
    rotations = Rotation.from_quat(quaternions, scalar_first=True)
    turned = Slerp(np.arange(len(quaternions)), rotations)(positions)
    return continuous(turned.as_quat(canonical=True, scalar_first=True))
