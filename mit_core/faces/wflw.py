"""The 98-point face scheme WFLW (Wu et al. 2018), the 74-point one inside it, and iBUG's 68.

In all three "right" is the subject's own and lies on the image's left.
"""

import numpy as np
import numpy.typing as npt

from mit_core.errors import UserError

N_POINTS = 98

_JAW = tuple(range(0, 33, 2))
# Of a brow's two sides the upper one, from the face's right to its left.
_BROWS = (*range(33, 38), *range(42, 47))
_NOSE = tuple(range(51, 60))
_EYES = tuple(range(60, 76))
# WFLW gives each lid three points between the corners, iBUG two.
_SIX_POINT_EYES = (60, 61, 63, 64, 65, 67, 68, 69, 71, 72, 73, 75)
_MOUTH = tuple(range(76, 96))
_PUPILS = (96, 97)

TO_68 = np.array((*_JAW, *_BROWS, *_NOSE, *_SIX_POINT_EYES, *_MOUTH))
"""For each iBUG point the WFLW point that stands for it; shape = (68,)."""

TO_74 = np.array((*_JAW, *_BROWS, *_NOSE, *_EYES, *_MOUTH, *_PUPILS))
"""For each of the 74 points, iBUG with 8-point eyes and pupils, the WFLW point; shape = (74,)."""

# The pairs of iBUG's lid points whose middle is the point that the 8-point eye has besides, in
# their order: upper and lower lid of the right eye, then of the left.
_LIDS = ((37, 38), (40, 41), (43, 44), (46, 47))


def to_68(points: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Landmarks (..., 68 or 98, C) as iBUG's 68; shape = (..., 68, C).

    Raises:
        UserError: they are of another scheme.
    """
    count = points.shape[-2]
    if count == len(TO_68):
        return points
    if count != N_POINTS:
        raise UserError(
            f"There are {count} landmarks a face: only those of iBUG (68) and WFLW (98) are known."
        )
    return points[..., TO_68, :]


def for_sketch(points: npt.NDArray[np.floating], wanted: int) -> npt.NDArray[np.floating]:
    """Landmarks as a translation network's sketch wants them; shape = (..., wanted, C).

    The 74 points are made of iBUG's 68 exactly but for the middle of each lid, which is taken
    halfway between its neighbours, and the pupils, which a sketch does not show and which are put
    amid their eyes.

    Args:
        points: shape = (..., 68 or 98, C).
        wanted: 68, 74 or 98.

    Raises:
        UserError: 98 points are wanted and only 68 are known.
    """
    if wanted == points.shape[-2]:
        return points
    if wanted == len(TO_68):
        return to_68(points)
    if wanted == len(TO_74):
        return points[..., TO_74, :] if points.shape[-2] == N_POINTS else _with_lids(points)
    raise UserError(
        "This translation network wants sketches of 98 landmarks (WFLW), and landmarks here are "
        "iBUG's 68, which say nothing of the lower side of the brows. Use a network of 68 or 74 "
        "points; one of 98 needs the 98 landmarks of every frame from a WFLW detector."
    )


def _with_lids(points: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    def row(index: int) -> npt.NDArray[np.floating]:
        return points[..., index : index + 1, :]

    parts = [points[..., :36, :]]
    pupils = []
    for first, (upper, lower) in zip((36, 42), (_LIDS[:2], _LIDS[2:]), strict=True):
        above, below = ((row(a) + row(b)) / 2 for a, b in (upper, lower))
        parts += [row(first), row(first + 1), above, row(first + 2), row(first + 3)]
        parts += [row(first + 4), below, row(first + 5)]
        pupils.append((above + below) / 2)
    return np.concatenate([*parts, points[..., 48:, :], *pupils], axis=-2)
