"""Gentle motion of a head that talks: rigid, slow, about the neck, and the same for a seed."""

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from mit_core.faces.mouth import as_points

Array = npt.NDArray[np.floating]

_DEGREES = np.array([1.6, 2.2, 1.0])
"""Standard deviation of pitch, yaw and roll at strength 1."""
_HERTZ = np.array([0.35, 0.22, 0.18])
"""About which each wanders: slower than syllables, so that it does not read as nodding to them."""
_WAVES = 6
"""Sinusoids in each wander: enough that it does not repeat within a clip."""
_EASE_S = 0.8
"""Seconds in which the motion starts, so that a clip opens on the portrait as it is."""
_NECK = np.array([0.0, 1.6, -0.9])
"""Pivot in face units from between the ears: below the chin and behind it, where a head turns."""


def wander(times: Array, hertz: float, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """A smooth random curve of unit variance with its power about ``hertz``; shape of times."""
    frequencies = hertz * rng.uniform(0.5, 1.5, _WAVES)
    phases = rng.uniform(0, 2 * np.pi, _WAVES)
    waves: npt.NDArray[np.float64] = np.sin(2 * np.pi * times[:, None] * frequencies + phases)
    return waves.sum(axis=1) * np.sqrt(2 / _WAVES)


def head_turns(
    n_frames: int, rate: float, strength: float, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Pitch, yaw and roll of every frame, in degrees, beginning at 0; shape = (n_frames, 3)."""
    times = np.arange(n_frames) / rate
    turns = np.stack([wander(times, hertz, rng) for hertz in _HERTZ], axis=1)
    return turns * _DEGREES * strength * eased_in(n_frames, rate)[:, None]


def eased_in(n_frames: int, rate: float) -> npt.NDArray[np.float64]:
    """Share of the motion in each frame, from 0 to 1; shape = (n_frames,)."""
    ease = np.clip(np.arange(n_frames) / rate / _EASE_S, 0, 1)
    return ease * ease * (3 - 2 * ease)


def turn_head(landmarks: Array, degrees: Array) -> npt.NDArray[np.float64]:
    """Turn faces rigidly about the neck.

    Args:
        landmarks: shape = (T, 204), face units, y down, z towards the viewer.
        degrees: shape = (T, 3), pitch (about x), yaw (about y), roll (about z).

    Returns:
        shape = (T, 204).
    """
    points = as_points(np.asarray(landmarks, dtype=np.float64))
    rotations = Rotation.from_euler("xyz", degrees, degrees=True).as_matrix()
    turned = (points - _NECK) @ np.swapaxes(rotations, 1, 2) + _NECK
    return turned.reshape(len(points), -1)
