"""The eyes: how open they are, and closing their lids."""

import numpy as np
import numpy.typing as npt

from mit_core.faces.points import as_points
from mit_core.faces.scheme import LEFT_EYE, LID_PAIRS, RIGHT_EYE

_UPPER = [upper for upper, _ in LID_PAIRS]
_LOWER = [lower for _, lower in LID_PAIRS]

# The upper lid makes three quarters of the way to where the lids meet.
UPPER_LID_SHARE = 0.75


def eye_opening(landmarks: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Height of the eyes over their width, mean of both; (T, ...) -> (T,).

    The eye aspect ratio of Soukupova and Cech 2016: about .3 open, under .15 closed.
    """
    points = as_points(landmarks)
    heights = np.linalg.norm(points[..., _UPPER, :] - points[..., _LOWER, :], axis=-1)
    ratios = []
    for eye, height in ((RIGHT_EYE, heights[..., :2]), (LEFT_EYE, heights[..., 2:])):
        width = np.linalg.norm(points[..., eye[3], :] - points[..., eye[0], :], axis=-1)
        ratios.append(height.mean(axis=-1) / width)
    return (ratios[0] + ratios[1]) / 2


def close_lids(
    landmarks: npt.NDArray[np.floating], closed: npt.NDArray[np.floating] | float
) -> npt.NDArray[np.floating]:
    """Close the eyes by a share of their present opening.

    Args:
        landmarks: (..., 204) or (..., 68, 2 or 3).
        closed: 0 leaves the lids, 1 lets them meet; one number, or one a frame.

    Returns:
        A copy in the same shape and type.
    """
    landmarks = np.asarray(landmarks)
    result = landmarks.copy()
    points, moved = as_points(landmarks), as_points(result)
    share = np.asarray(closed, dtype=points.dtype)[..., None, None]
    gap = points[..., _LOWER, :] - points[..., _UPPER, :]
    moved[..., _UPPER, :] += share * UPPER_LID_SHARE * gap
    moved[..., _LOWER, :] -= share * (1 - UPPER_LID_SHARE) * gap
    return result
