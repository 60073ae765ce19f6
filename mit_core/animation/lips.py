"""Lips that meet without passing through each other."""

import numpy as np
import numpy.typing as npt

from mit_core.faces.mouth import as_points
from mit_core.faces.scheme import INNER_LIP_PAIRS, MOUTH

Array = npt.NDArray[np.floating]

_CONTACT = 0.005
"""Face units over which lips slow down before they touch: about half a hundredth of the distance
between the eyes, so that contact neither clicks nor can be seen as a gap."""

# (outer-lip point, inner-lip pair it goes along with, share): points above and below a pair follow
# wholly, those beside a corner of the mouth half as far.
_UPPER_OUTER = ((49, 0, 0.5), (50, 0, 1.0), (51, 1, 1.0), (52, 2, 1.0), (53, 2, 0.5))
_LOWER_OUTER = ((59, 0, 0.5), (58, 0, 1.0), (57, 1, 1.0), (56, 2, 1.0), (55, 2, 0.5))


def amplify_lips(displacement: Array, amp_x: float, amp_y: float) -> Array:
    """Scale the mouth's displacement in x and y; a copy of the same shape, (T, 204)."""
    amplified = displacement.copy()
    mouth = list(MOUTH)
    points = as_points(amplified)
    points[:, mouth, 0] *= amp_x
    points[:, mouth, 1] *= amp_y
    return amplified


def lip_gaps(landmarks: Array) -> Array:
    """Height of the three inner-lip pairs, lower minus upper, in face space; (T, 204) -> (T, 3).

    Negative where the lips have passed through each other.
    """
    points = as_points(landmarks)
    upper, lower = (list(side) for side in zip(*INNER_LIP_PAIRS, strict=True))
    return points[..., lower, 1] - points[..., upper, 1]


def meet_lips(landmarks: Array) -> Array:
    """Let lips that would pass through each other meet half way, the outer lips going along.

    Each gap g becomes the softplus of g, which is g itself for open lips and 0 for crossed ones,
    and is smooth between: unlike a repair that looks for crossed frames, it adds no jump in time.

    Args:
        landmarks: shape = (T, 204), face space (registered, y down).

    Returns:
        A copy of the same shape and type.
    """
    met = landmarks.copy()
    points = as_points(met)
    gaps = lip_gaps(landmarks)
    opened = (np.logaddexp(0, gaps / _CONTACT) * _CONTACT - gaps) / 2
    for pair, (upper, lower) in enumerate(INNER_LIP_PAIRS):
        points[:, upper, 1] -= opened[:, pair]
        points[:, lower, 1] += opened[:, pair]
    for sign, outer in ((-1, _UPPER_OUTER), (1, _LOWER_OUTER)):
        for point, pair, share in outer:
            points[:, point, 1] += sign * share * opened[:, pair]
    return met
