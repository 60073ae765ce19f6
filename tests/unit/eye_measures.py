"""How open the eyes are, which the tests of lids and blinks see."""

import numpy as np

from mit_core.faces.points import as_points
from mit_core.faces.scheme import LEFT_EYE, LID_PAIRS, RIGHT_EYE


def eye_opening(landmarks: np.ndarray) -> np.ndarray:
    """Height of the eyes over their width, mean of both; (T, ...) -> (T,).

    The eye aspect ratio of Soukupova and Cech 2016: about .3 open, under .15 closed.
    """
    points = as_points(landmarks)
    upper, lower = np.transpose(LID_PAIRS)
    heights = np.linalg.norm(points[..., upper, :] - points[..., lower, :], axis=-1)
    ratios = []
    for eye, height in ((RIGHT_EYE, heights[..., :2]), (LEFT_EYE, heights[..., 2:])):
        width = np.linalg.norm(points[..., eye[3], :] - points[..., eye[0], :], axis=-1)
        ratios.append(height.mean(axis=-1) / width)
    return (ratios[0] + ratios[1]) / 2
