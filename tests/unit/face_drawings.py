"""Drawn faces with known landmarks, for tests of detectors."""

import cv2
import numpy as np
from drawn_faces import face_landmarks, speak, turn

from mit_core.faces.scheme import INNER_LIP, LEFT_EYE, OUTER_LIP, RIGHT_EYE


def face_drawing(number: int, side: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """A face in a few flat colours: uint8 (side, side, 3) RGB, and its landmarks (68, 3).

    Its place, size, proportions, turn, mouth and colours follow from the number.
    """
    rng = np.random.default_rng(number)
    points = face_landmarks(side, side, size=rng.uniform(0.4, 0.55))
    points = speak(points, opening=rng.uniform(0, 0.4), rounding=rng.uniform(0, 0.6))
    middle = points.mean(axis=0)
    chin = points[8, 1] - middle[1]
    down = (points[:, 1] - middle[1]) / chin
    points[:, 0] += (points[:, 0] - middle[0]) * rng.uniform(-0.25, 0.1) * down
    points[17:27, 1] -= chin * rng.uniform(0, 0.25)
    points[36:48, 1] += chin * rng.uniform(-0.08, 0.08)
    points[31:36] += (0, chin * rng.uniform(-0.1, 0.1), 0)
    points[48:68, 1] += chin * rng.uniform(-0.08, 0.08)
    points = turn(points, *rng.uniform((-25, -10, -20), (25, 10, 20)))
    points[:, :2] += rng.uniform(-0.05, 0.05, 2) * side
    paper, skin, ink, lips = rng.integers((150, 190, 0, 120), (250, 250, 80, 200), (3, 4)).T
    image = np.empty((side, side, 3), np.uint8)
    image[:] = paper

    def fill(indices: list[int], colour: np.ndarray) -> None:
        cv2.fillPoly(image, [np.rint(points[indices, :2]).astype(np.int32)], colour.tolist())

    def line(indices: range, width: int) -> None:
        flat = np.rint(points[list(indices), :2]).astype(np.int32)
        cv2.polylines(image, [flat], False, ink.tolist(), width)

    fill([*range(17), *range(26, 16, -1)], skin)
    line(range(17), 2)
    for part in (range(17, 22), range(22, 27), range(27, 31), range(31, 36)):
        line(part, 2)
    for eye in (RIGHT_EYE, LEFT_EYE):
        fill(list(eye), np.array([255, 255, 255]))
        line(range(eye[0], eye[-1] + 1), 1)
    fill(list(OUTER_LIP), lips)
    fill(list(INNER_LIP), ink)
    return image, points
