"""The eyes: closing their lids."""

import numpy as np
import numpy.typing as npt

from mit_core.faces.points import as_points
from mit_core.faces.scheme import LID_PAIRS

_UPPER = [upper for upper, _ in LID_PAIRS]
_LOWER = [lower for _, lower in LID_PAIRS]

# The upper lid makes three quarters of the way to where the lids meet.
UPPER_LID_SHARE = 0.75


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
