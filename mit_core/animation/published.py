"""Post-processing of predicted displacement as MakeItTalk published it (Zhou et al. 2020).

For checkpoints that know no resting face: the rest is guessed from each coordinate by itself.
"""

import numpy as np
import numpy.typing as npt

from mit_core.animation.lips import amplify_lips
from mit_core.faces.mouth import as_points, repair_inverse_lips
from mit_core.faces.smoothing import savitzky_golay

Array = npt.NDArray[np.floating]


def subtract_smallest_half(displacement: Array) -> Array:
    """Subtract from every coordinate the mean of its smallest half over the clip; (T, 204)."""
    half = len(displacement) // 2
    if half == 0:
        return displacement.copy()
    return displacement - np.sort(displacement, axis=0)[:half].mean(axis=0)


def straighten_nose(landmarks: Array) -> Array:
    """Put the top of the nose (27) on the line of the two points below it; a copy, (T, 204)."""
    straight = landmarks.copy()
    points = as_points(straight)
    points[:, 27] = 2 * points[:, 28] - points[:, 29]
    return straight


def published_face(displacement: Array, face: Array, amp_x: float, amp_y: float) -> Array:
    """Displacement from the content branch -> moving face.

    Args:
        displacement: shape = (T, 204), face units.
        face: shape = (204,), the portrait's face.
        amp_x, amp_y: gains of the mouth's motion (2 in the published code).

    Returns:
        shape = (T, 204): lips repaired, nose straightened, Savitzky-Golay (5, 3).
    """
    moving = face + amplify_lips(subtract_smallest_half(displacement), amp_x, amp_y)
    return savitzky_golay(straighten_nose(repair_inverse_lips(moving)), 5, 3)
