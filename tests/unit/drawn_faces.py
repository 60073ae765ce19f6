"""Faces and motions that the rendering tests share."""

import numpy as np

from mit_core.faces.standard_face import standard_face

UPPER = [50, 51, 52, 61, 62, 63]
LOWER = [55, 56, 57, 58, 59, 65, 66, 67]
CHIN = list(range(4, 13))


def face_landmarks(width: int, height: int, size: float = 0.6, gap: float = 0.0) -> np.ndarray:
    """The standard face in a picture's pixels, (68, 3) float64, its height ``size`` of it.

    ``gap`` opens the mouth, in outer-eye distances.
    """
    face = standard_face().astype(np.float64)
    face *= size * height / np.ptp(face[:, 1])
    face += (width / 2, height * 0.55, 0) - np.append(face[:, :2].mean(axis=0), 0)
    closed = face.copy()
    for upper, lower in ((61, 67), (62, 66), (63, 65)):
        closed[[upper, lower]] = (face[upper] + face[lower]) / 2
    return speak(closed, opening=gap)


def eye_distance(points: np.ndarray) -> float:
    return float(np.linalg.norm(points[45, :2] - points[36, :2]))


def speak(
    points: np.ndarray, opening: float = 0.0, rounding: float = 0.0, blink: float = 0.0
) -> np.ndarray:
    """Drop the jaw by ``opening`` outer-eye distances, round the lips, shut the eyes (0..1)."""
    moved = points.copy()
    scale = eye_distance(points)
    moved[LOWER, 1] += opening * scale
    moved[[60, 64, 48, 54], 1] += 0.2 * opening * scale
    moved[CHIN, 1] += 0.7 * opening * scale
    middle = points[48:68, 0].mean()
    moved[48:68, 0] += 0.35 * rounding * (middle - moved[48:68, 0])
    for upper, lower in ((37, 41), (38, 40), (43, 47), (44, 46)):
        moved[upper] += 0.95 * blink * (points[lower] - points[upper])
    return moved


def turn(points: np.ndarray, yaw: float = 0, pitch: float = 0, roll: float = 0) -> np.ndarray:
    """Turn the head about a point behind the face, degrees."""
    a, b, c = np.deg2rad([yaw, pitch, roll])
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    centre = points[[0, 16]].mean(axis=0)
    return (points - centre) @ (about_z @ about_x @ about_y).T + centre


def coordinate_picture(width: int, height: int) -> np.ndarray:
    """A picture whose red and green say where each pixel came from (up to 256 pixels)."""
    y, x = np.mgrid[:height, :width]
    return np.dstack([x, y, np.full_like(x, 90)]).astype(np.uint8)
