"""A drawn puppet in MakeItTalk's form, written anew for each test."""

from pathlib import Path

import cv2
import numpy as np
from drawn_faces import face_landmarks, speak
from scipy.spatial import Delaunay

from mit_core.media.image import write_image

WIDTH, HEIGHT = 320, 300
USED = [*range(48), *range(60, 68)]


def write_puppet(
    folder: Path, borders: int = 8, whole: bool = False, alpha: bool = False
) -> tuple[Path, np.ndarray, np.ndarray]:
    """Write ``toon.png`` and all its text files.

    Args:
        borders: points around the picture, 8 or 12, in the order that the published files have.
        whole: triangles use all 68 landmarks.
        alpha: the picture is transparent outside of the head.

    Returns:
        The picture's path, and the landmarks of its open and its closed mouth, (68, 2) pixels.
    """
    closed = face_landmarks(WIDTH, HEIGHT, 0.5)[:, :2]
    opened = speak(closed, 0.3)
    closed = speak(closed, 0.02)
    image = np.full((HEIGHT, WIDTH, 4), (120, 190, 240, 255), np.uint8)
    if alpha:
        image[...] = 0
        hull = cv2.convexHull(opened.astype(np.float32))[:, 0]
        cv2.fillPoly(image, [np.rint(hull).astype(np.int32)], (240, 200, 150, 255))
    cv2.fillPoly(image, [np.rint(opened[60:68]).astype(np.int32)], (120, 20, 40, 255))
    path = folder / "toon.png"
    write_image(path, image if alpha else np.ascontiguousarray(image[..., :3]))

    middle, scale = opened[[0, 16]].mean(axis=0), 1.6 / (opened[16, 0] - opened[0, 0])
    for name, points in (
        ("face_open_mouth", opened),
        ("face_open_mouth_norm", (opened - middle) * scale),
        ("face_close_mouth", (closed - middle) * scale),
    ):
        np.savetxt(folder / f"toon_{name}.txt", np.column_stack([points, np.ones(68)]), "%.4f")
    np.savetxt(folder / "toon_scale_shift.txt", [-scale, *-middle], "%.10f")
    vertices = np.concatenate([opened if whole else opened[USED], _rim(borders)])
    np.savetxt(folder / "toon_delauney_tri.txt", Delaunay(vertices).simplices, "%d")
    return path, opened, closed


def _rim(count: int) -> np.ndarray:
    ring = {
        8: [[0, 0], [0, 1], [0, 2], [1, 2], [2, 2], [2, 1], [2, 0], [1, 0]],
        12: [[0, 0], [0, 1], [0, 2], [0, 3], [1, 3], [2, 3], [3, 3], [3, 2], [3, 1],
             [1, 0], [2, 0], [3, 0]],
    }[count]  # fmt: skip
    return np.array(ring) / (count / 4) * [WIDTH, HEIGHT] - 0.5
