"""Landmark arrays: their two layouts, and the length that every distance is measured by."""

import numpy as np
import numpy.typing as npt

from mit_core.faces.scheme import LEFT_EYE_OUTER, N_POINTS, RIGHT_EYE_OUTER


def as_points(landmarks: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """View landmarks (..., 204) or (..., 68, 2 or 3) as points (..., 68, 2 or 3)."""
    landmarks = np.asarray(landmarks)
    if landmarks.shape[-1] == N_POINTS * 3:
        return landmarks.reshape(*landmarks.shape[:-1], N_POINTS, 3)
    if landmarks.ndim < 2 or landmarks.shape[-2] != N_POINTS or landmarks.shape[-1] not in (2, 3):
        raise ValueError(f"expected (..., 204) or (..., 68, 2 or 3), got {landmarks.shape}")
    return landmarks


def outer_eye_distance(points: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Distance between the outer corners of the eyes; (..., 68, 2 or 3) -> (...)."""
    points = np.asarray(points)
    across = points[..., LEFT_EYE_OUTER, :] - points[..., RIGHT_EYE_OUTER, :]
    return np.linalg.norm(across, axis=-1)
