"""The 68-point face scheme (iBUG 300-W, Sagonas et al. 2013): which index is what.

"Right" and "left" are the subject's own; point 0 lies on the image's left side.
"""

import numpy as np
import numpy.typing as npt

N_POINTS = 68

JAW = tuple(range(17))
RIGHT_BROW = tuple(range(17, 22))
LEFT_BROW = tuple(range(22, 27))
NOSE_BRIDGE = tuple(range(27, 31))
NOSTRILS = tuple(range(31, 36))
RIGHT_EYE = tuple(range(36, 42))
LEFT_EYE = tuple(range(42, 48))
OUTER_LIP = tuple(range(48, 60))
INNER_LIP = tuple(range(60, 68))
MOUTH = OUTER_LIP + INNER_LIP

# Points that speech moves least: the bridge and base of the nose and the corners of the eyes.
# Rigid registration looks at these alone.
STEADY = (27, 28, 29, 30, 33, 36, 39, 42, 45)

RIGHT_EYE_OUTER, LEFT_EYE_OUTER = 36, 45

# Lid points (upper, lower) that meet when the eye closes.
LID_PAIRS = ((37, 41), (38, 40), (43, 47), (44, 46))

# Inner-lip points (upper, lower) that meet when the mouth closes.
INNER_LIP_PAIRS = ((61, 67), (62, 66), (63, 65))

CLOSED_CONTOURS = (RIGHT_EYE, LEFT_EYE, OUTER_LIP, INNER_LIP)
# The published Laplacian loss follows the nose as one line, down the bridge and along the nostrils.
OPEN_CONTOURS = (JAW, RIGHT_BROW, LEFT_BROW, (*NOSE_BRIDGE, *NOSTRILS))

# For each point the one on the other side of the face: what it becomes in a mirror.
# fmt: off
MIRRORED = (
    *range(16, -1, -1),  # jaw
    *range(26, 16, -1),  # brows
    *range(27, 31),  # nose bridge
    *range(35, 30, -1),  # nostrils
    45, 44, 43, 42, 47, 46,  # right eye
    39, 38, 37, 36, 41, 40,  # left eye
    *range(54, 47, -1), *range(59, 54, -1),  # outer lip
    *range(64, 59, -1), *range(67, 64, -1),  # inner lip
)
# fmt: on

# For each iBUG point the vertex of MediaPipe's face mesh (468 or 478 vertices) that stands for it.
# fmt: off
MEDIAPIPE_TO_IBUG = (
    162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389,  # jaw
    71, 63, 105, 66, 107,  # right brow
    336, 296, 334, 293, 301,  # left brow
    168, 197, 5, 4,  # nose bridge
    75, 97, 2, 326, 305,  # nostrils
    33, 160, 158, 133, 153, 144,  # right eye
    362, 385, 387, 263, 373, 380,  # left eye
    61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181,  # outer lip
    78, 82, 13, 312, 308, 317, 14, 87,  # inner lip
)
# fmt: on


def contour_neighbours() -> npt.NDArray[np.int64]:
    """Each point's two neighbours on its contour; shape = (68, 2).

    The end of an open contour has one neighbour, given twice, so that "the mean of the two" is
    defined for every point.
    """
    neighbours = np.empty((N_POINTS, 2), dtype=np.int64)
    for contour in CLOSED_CONTOURS:
        for place, point in enumerate(contour):
            neighbours[point] = contour[place - 1], contour[(place + 1) % len(contour)]
    for contour in OPEN_CONTOURS:
        for place, point in enumerate(contour):
            before = contour[place - 1] if place > 0 else contour[1]
            after = contour[place + 1] if place + 1 < len(contour) else contour[-2]
            neighbours[point] = before, after
    return neighbours
