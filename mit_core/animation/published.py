"""A portrait moved as MakeItTalk published it (Zhou et al. 2020), for its own checkpoints.

They know no resting face, so the rest is guessed from each coordinate by itself; and the head's
motion is part of what the speaker-aware branch predicts.
"""

import numpy as np
import numpy.typing as npt

from mit_core.animation.lips import amplify_lips
from mit_core.animation.portrait_face import PortraitFace
from mit_core.errors import UserError
from mit_core.faces.mouth import as_points, repair_inverse_lips
from mit_core.faces.scheme import INNER_LIP_PAIRS, LID_PAIRS
from mit_core.faces.smoothing import savitzky_golay
from mit_core.faces.standard_face import HEAD_WIDTH

Array = npt.NDArray[np.floating]

_HEAD_PIXELS = 128
"""Pixels from point 0 to point 16 when a head fills half of the published 256-pixel picture."""
_LIP_PIXELS, _LID_PIXELS = 1.0, 2.0
"""Of that picture, by which lips are thinned and eyes opened: detectors put lips too thick and
lids too near."""
_UPPER_LIP, _LOWER_LIP = range(49, 54), range(55, 60)

_HEAD_WINDOW, _HEAD_ORDER = 31, 3
"""Savitzky-Golay at 62.5 Hz: half a second, so that only the head's own motion is left."""
_LIPS_CLOSED = 0.99
"""How much of the lips' own motion is taken from the speaker branch: the content branch has it."""
_LIP_PAIRS = (*INNER_LIP_PAIRS, (49, 59), (50, 58), (51, 57), (52, 56), (53, 55))


def published_portrait(points: Array, deep_face: Array, pixel: float | None = None) -> PortraitFace:
    """Scale a portrait's face to head width 1.6 and give it depth, lips thinner, eyes wider.

    The head stays held as in the picture: nothing is registered.

    Args:
        points: shape = (68, 2 or 3), pixels, y down; point 0 on the left.
        deep_face: shape = (204,), face units, whose depth is taken: a published checkpoint's
            ``mean_face``.
        pixel: pixels of the portrait that one pixel of the published 256-pixel picture is; by the
            head's width where None.

    Raises:
        UserError: the landmarks form no face that looks at the viewer.
    """
    flat = np.array(points, dtype=np.float64)[:, :2]
    width = float(flat[16, 0] - flat[0, 0])
    if not np.isfinite(flat).all() or width <= 0:
        raise UserError(
            "the portrait's landmarks form no face (its right ear is not left of its left one in "
            "the picture, or they are not numbers): detect them again, or give an upright portrait"
        )
    pixel = width / _HEAD_PIXELS if pixel is None else pixel
    flat[list(_UPPER_LIP), 1] += _LIP_PIXELS * pixel
    flat[list(_LOWER_LIP), 1] -= _LIP_PIXELS * pixel
    upper, lower = (list(lids) for lids in zip(*LID_PAIRS, strict=True))
    flat[upper, 1] -= _LID_PIXELS * pixel
    flat[lower, 1] += _LID_PIXELS * pixel

    centre, scale = (flat[0] + flat[16]) / 2, HEAD_WIDTH / width
    depth = as_points(deep_face)[:, 2:]
    face = np.concatenate([(flat - centre) * scale, depth], axis=1)
    return PortraitFace(
        face=face.ravel().astype(np.float32),
        quaternion=np.array([1.0, 0, 0, 0]),
        translation=np.array([*centre, 0.0]) * scale,
        scale=scale,
    )


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


def published_manner(displacement: Array, amp_pos: float = 0.5) -> npt.NDArray[np.float64]:
    """Displacement from the speaker-aware branch -> motion of head and brows, lips still.

    Args:
        displacement: shape = (T, 204), face units, 62.5 Hz.
        amp_pos: gain.

    Returns:
        shape = (T, 204), face units.
    """
    slow = savitzky_golay(displacement, _HEAD_WINDOW, _HEAD_ORDER)
    points = as_points(slow)
    upper, lower = (list(side) for side in zip(*_LIP_PAIRS, strict=True))
    towards_middle = _LIPS_CLOSED * (points[:, lower] - points[:, upper]) / 2
    points[:, upper] += towards_middle
    points[:, lower] -= towards_middle
    return slow * amp_pos


def published_face(
    displacement: Array, face: Array, amp_x: float, amp_y: float, manner: Array | None = None
) -> Array:
    """Displacement from the content branch -> moving face.

    Args:
        displacement: shape = (T, 204), face units.
        face: shape = (204,), the portrait's face.
        amp_x, amp_y: gains of the mouth's motion (2 in the published code).
        manner: shape = (T, 204), motion of the head (``published_manner``); None for a still head.

    Returns:
        shape = (T, 204): lips repaired, nose straightened, Savitzky-Golay (5, 3).
    """
    moving = face + amplify_lips(subtract_smallest_half(displacement), amp_x, amp_y)
    if manner is not None:
        moving = moving + manner
    return savitzky_golay(straighten_nose(repair_inverse_lips(moving)), 5, 3)
