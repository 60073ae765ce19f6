"""The cartoon that the project draws, and drawings with thin lips."""

import numpy as np
import pytest
from drawn_faces import speak

from mit_core.demo.cartoon import NAME, SIZE, cartoon_landmarks, draw_cartoon, write_cartoon
from mit_core.faces.landmark_table import read_landmark_table
from mit_core.faces.scheme import MIRRORED
from mit_core.faces.table_beside import table_beside
from mit_core.media.image import read_image
from mit_core.rendering.warp import MeshWarp


def test_cartoon_is_written_with_its_landmarks(tmp_path) -> None:
    path = write_cartoon(tmp_path)
    assert path.name == f"{NAME}.png"
    assert read_image(path).shape == (SIZE, SIZE, 3)
    assert np.allclose(read_landmark_table(table_beside(path))[:, :2], cartoon_landmarks())
    assert np.array_equal(draw_cartoon(), draw_cartoon())


def test_landmarks_lie_on_what_they_name_and_are_symmetric() -> None:
    image, at = draw_cartoon().astype(int), cartoon_landmarks()
    mirrored = at[list(MIRRORED)] * (-1, 1) + (SIZE, 0)
    assert np.allclose(mirrored, at)

    def colour(points: np.ndarray) -> np.ndarray:
        x, y = np.rint(points.mean(axis=0)).astype(int)
        return image[y, x]

    assert colour(at[36:42]).max() < 80  # a pupil
    assert colour(at[[51, 62]])[0] > colour(at[[51, 62]])[1] + 60  # a lip
    assert colour(at[[19]]).max() < 130  # a brow
    inside, outside = (colour(at[[8]] + np.array([0, way])) for way in (-8, 8))
    assert (inside - outside).sum() > 40  # the chin's edge, the neck in its shade


def test_cartoon_opens_its_mouth_and_shuts_its_eyes_whole() -> None:
    image, at = draw_cartoon(), cartoon_landmarks()
    warp = MeshWarp(image, at)
    assert np.abs(warp.render(at).astype(int) - image).max() <= 1
    deep = np.column_stack([at, np.zeros(68)])
    talking = warp.render(speak(deep, 0.2)).astype(int)
    x, y = np.rint(at[62] + (0, 14)).astype(int)
    assert talking[y, x].sum() < image[y, x].astype(int).sum() - 150  # dark between the lips
    shut = warp.render(speak(deep, blink=1.0)).astype(int)
    eye = np.s_[int(at[37, 1]) - 2 : int(at[40, 1]) + 3, int(at[37, 0]) : int(at[38, 0])]
    white = (image[eye].min(axis=-1) > 240).sum()
    assert (shut[eye].min(axis=-1) > 240).sum() < 0.1 * white


@pytest.mark.parametrize("lip", [0.5, 1.5])
def test_a_line_for_a_lip_does_not_swing_the_skin(lip) -> None:
    at = cartoon_landmarks()
    inner = at[60:68].copy()
    inner[[1, 2, 3], 1] -= 12
    inner[[5, 6, 7], 1] += 12
    at[60:68] = inner
    ring = np.array([60, 61, 61, 62, 63, 63, 64, 65, 65, 66, 67, 67])
    at[48:60] = at[ring]
    at[[49, 50, 51, 52, 53], 1] -= lip
    at[[55, 56, 57, 58, 59], 1] += lip
    at[[49, 59], 0] -= 6
    at[[53, 55], 0] += 6
    warp = MeshWarp(draw_cartoon(), at)
    closed = at.copy()
    for upper, lower in ((61, 67), (62, 66), (63, 65)):
        closed[upper, 1] += 11
        closed[lower, 1] -= 11
    closed[[50, 51, 52], 1] += 11
    closed[[56, 57, 58], 1] -= 11
    _, _, moved = warp._whole(closed)
    assert warp.mesh.torn(moved) == 0
