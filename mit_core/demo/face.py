"""A face that can speak: 68 3-D landmarks moved by jaw, lips, lids, brows and head.

Lengths are in eye units: the distance of the outer eye corners (points 36 and 45) is 1, about
9 cm in life. Axes are the picture's: x right, y down, z toward the viewer. The shapes are our own,
set by looking at the result. Two things hold exactly: lips that are closed touch, and the steady
points (nose bridge, nose base, eye corners) move with the head alone, so that registration can
tell speech from head motion.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from mit_core.demo.articulation import Articulation
from mit_core.sequences import FloatArray

Array = npt.NDArray[np.float64]

# The jaw's hinge lies before the ear: this far below the eye line and behind the chin, eye units.
_HINGE_BELOW_EYES, _HINGE_BEHIND_CHIN = 0.15, 0.95
_WIDEST_JAW = np.deg2rad(11.0)  # opens the chin by some 17 mm, about what speech does
# The head turns about the top of the neck: this far below the nose tip and behind it.
_NECK_BELOW_NOSE, _NECK_BEHIND_NOSE = 0.75, 0.95

# Which share of the jaw's turn a point follows.
_JAW_SHARE = {
    **{8: 1.0, 7: 0.98, 9: 0.98, 6: 0.9, 10: 0.9, 5: 0.72, 11: 0.72, 4: 0.5, 12: 0.5},
    **{3: 0.28, 13: 0.28, 2: 0.1, 14: 0.1},
    **{57: 0.97, 56: 0.93, 58: 0.93, 55: 0.75, 59: 0.75, 66: 0.95, 65: 0.93, 67: 0.93},
    **{48: 0.28, 54: 0.28, 60: 0.3, 64: 0.3, 49: 0.08, 53: 0.08},
}
_OUTER_UPPER, _INNER_UPPER = [49, 50, 51, 52, 53], [61, 62, 63]
_OUTER_LOWER, _INNER_LOWER = [55, 56, 57, 58, 59], [65, 66, 67]
_CORNERS = [48, 54, 60, 64]
_MOUTH = list(range(48, 68))
# (upper, lower) inner lip, with the outer points above and below that go with them
_LIP_PAIRS = ((61, 67), (62, 66), (63, 65))
_UPPER_FOLLOWERS = {61: [49, 50], 62: [51], 63: [52, 53]}
_LOWER_FOLLOWERS = {67: [58, 59], 66: [57], 65: [55, 56]}
_LID_PAIRS = ((37, 41), (38, 40), (43, 47), (44, 46))  # (upper, lower)
_BROWS = list(range(17, 27))

# From the portrait's smile to lips at rest
_REST_WIDTH = 0.85  # of the smile's
_REST_CORNER_DROP = 0.1  # less leaves a smile in which detectors see parted lips
_REST_UPPER_SHARE = 0.5  # of the smile's gap is closed by the upper lip, the rest by the lower
_REST_FOLLOW = {"upper": 0.55, "lower": 0.9}  # how much of that the outer contours follow


@dataclass(frozen=True)
class Expression:
    """What moves apart from the mouth, over T frames.

    Attributes:
        lids: shape = (T,), 0 = open as in the portrait, 1 = shut.
        brows: shape = (T,), raising in eye units.
        turn: shape = (T, 3), degrees of pitch (chin down is positive), yaw (toward the picture's
            right is positive) and roll (clockwise in the picture is positive).
        shift: shape = (T, 2), of the head in the picture's plane, eye units.
    """

    lids: Array
    brows: Array
    turn: Array
    shift: Array


class Face:
    """The moving face of one portrait.

    Args:
        points: (68, 3) landmarks of the portrait in pixels (iBUG-68), z toward the viewer.
    """

    def __init__(self, points: FloatArray):
        portrait = np.asarray(points, np.float64)
        self._origin = portrait[30].copy()
        eyes = portrait[45, :2] - portrait[36, :2]
        self.scale = float(np.linalg.norm(portrait[36] - portrait[45]))
        self._upright = _roll_matrix(-np.arctan2(eyes[1], eyes[0]))
        upright = (portrait - self._origin) @ self._upright.T / self.scale
        self._middle = float(upright[[51, 57, 62, 66], 0].mean())
        self._rest = _at_rest(upright, self._middle)
        eye_line = upright[[36, 39, 42, 45], 1].mean()
        self._hinge = np.array([eye_line + _HINGE_BELOW_EYES, upright[8, 2] - _HINGE_BEHIND_CHIN])
        self._neck = np.array([self._middle, _NECK_BELOW_NOSE, -_NECK_BEHIND_NOSE])

    def landmarks(self, mouth: Articulation, expression: Expression) -> npt.NDArray[np.float32]:
        """Landmarks over time, shape = (T, 68, 3), in the portrait's pixels."""
        points = np.repeat(self._rest[None], len(mouth.jaw), axis=0)
        self._open(points, mouth)
        _touch(points, mouth)
        _move_lids(points, expression.lids)
        points[:, _BROWS, 1] -= expression.brows[:, None]
        points = self._turn(points, expression)
        pixels = points @ self._upright * self.scale + self._origin
        return pixels.astype(np.float32)

    def _open(self, points: Array, mouth: Articulation) -> None:
        """Jaw, width, protrusion and the lips' own raising and lowering, in place."""
        width = mouth.width - 0.2 * mouth.jaw  # a wide open jaw draws the corners in
        stretch = 1 + np.where(width > 0, 0.15, 0.3) * width
        across = points[:, _MOUTH, 0] - self._middle
        points[:, _MOUTH, 0] = self._middle + across * stretch[:, None]
        points[:, _CORNERS, 1] -= 0.02 * np.maximum(width, 0)[:, None]
        # Rounding draws the cheeks in a little, spreading fills them
        cheeks = [3, 4, 5, 11, 12, 13]
        points[:, cheeks, 0] *= 1 + 0.012 * width[:, None]

        points[:, _MOUTH, 2] += 0.1 * mouth.protrusion[:, None]
        points[:, _OUTER_UPPER, 1] -= 0.014 * mouth.protrusion[:, None]
        points[:, _OUTER_LOWER, 1] += 0.016 * mouth.protrusion[:, None]
        points[:, _INNER_LOWER, 1] += 0.05 * mouth.lower[:, None]
        points[:, _OUTER_LOWER, 1] += 0.04 * mouth.lower[:, None]
        points[:, _INNER_UPPER, 1] -= 0.03 * mouth.upper[:, None]
        points[:, _OUTER_UPPER, 1] -= 0.022 * mouth.upper[:, None]

        share = np.zeros(68)
        share[list(_JAW_SHARE)] = list(_JAW_SHARE.values())
        angle = _WIDEST_JAW * mouth.jaw[:, None] * share
        down, front = points[..., 1] - self._hinge[0], points[..., 2] - self._hinge[1]
        cosine, sine = np.cos(angle), np.sin(angle)
        points[..., 1] = self._hinge[0] + cosine * down + sine * front
        points[..., 2] = self._hinge[1] - sine * down + cosine * front

    def _turn(self, points: Array, expression: Expression) -> Array:
        # Roll after yaw after pitch. With y down and z toward the viewer, a positive angle about x
        # lifts the chin.
        turns = expression.turn * np.array([-1.0, 1.0, 1.0])
        about = Rotation.from_euler("xyz", turns, degrees=True).as_matrix()
        turned = np.einsum("tij,tnj->tni", about, points - self._neck) + self._neck
        turned[..., :2] += expression.shift[:, None]
        return turned


def _at_rest(smiling: Array, middle: float) -> Array:
    """The portrait's face with its lips closed and relaxed."""
    rest = smiling.copy()
    half = np.abs(smiling[[48, 54], 0] - middle).mean()
    outward = np.abs(smiling[_MOUTH, 0] - middle) / half
    rest[_MOUTH, 0] = middle + (smiling[_MOUTH, 0] - middle) * _REST_WIDTH
    rest[_MOUTH, 1] += _REST_CORNER_DROP * outward**2
    for upper, lower in _LIP_PAIRS:
        gap = rest[lower, 1] - rest[upper, 1]
        meeting = rest[upper, 1] + _REST_UPPER_SHARE * gap
        for inner, followers, share in (
            (upper, _UPPER_FOLLOWERS[upper], _REST_FOLLOW["upper"]),
            (lower, _LOWER_FOLLOWERS[lower], _REST_FOLLOW["lower"]),
        ):
            rest[followers, 1] += share * (meeting - rest[inner, 1])
            rest[inner, 1] = meeting
        rest[upper, ::2] = rest[lower, ::2] = (rest[upper, ::2] + rest[lower, ::2]) / 2
    for corner, inner in ((48, 60), (54, 64)):  # the inner corners lie on the line of the lips
        rest[inner, 1] = 0.5 * rest[corner, 1] + 0.5 * rest[_INNER_UPPER, 1].mean()
    return rest


def _touch(points: Array, mouth: Articulation) -> None:
    """Bring the lips together, and the lower lip to the upper teeth, in place."""
    for upper, lower in _LIP_PAIRS:
        gap = points[:, lower, 1] - points[:, upper, 1]
        # f and v leave a slit under the teeth; the lip tucks in behind them
        rise = np.maximum(gap - 0.02, 0) * mouth.lip_on_teeth
        points[:, lower, 1] -= rise
        points[:, _LOWER_FOLLOWERS[lower], 1] -= 0.9 * rise[:, None]
        points[:, lower, 2] -= 0.05 * mouth.lip_on_teeth
        gap = (points[:, lower, 1] - points[:, upper, 1]) * mouth.lips_closed
        points[:, lower, 1] -= 0.7 * gap
        points[:, upper, 1] += 0.3 * gap
        points[:, _LOWER_FOLLOWERS[lower], 1] -= 0.6 * gap[:, None]
        points[:, _UPPER_FOLLOWERS[upper], 1] += 0.2 * gap[:, None]
        meet = mouth.lips_closed[:, None]
        middle = (points[:, lower, ::2] + points[:, upper, ::2]) / 2
        for lip in (upper, lower):
            points[:, lip, ::2] += meet * (middle - points[:, lip, ::2])


def _move_lids(points: Array, lids: Array) -> None:
    for upper, lower in _LID_PAIRS:
        # the upper lid does most of the way
        meeting = 0.2 * points[:, upper] + 0.8 * points[:, lower]
        for lid in (upper, lower):
            points[:, lid] += lids[:, None] * (meeting - points[:, lid])


def _roll_matrix(angle: float) -> Array:
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
