"""The scheme, the standard face, and landmarks as text."""

import numpy as np
import pytest

from mit_core.errors import UserError
from mit_core.faces import scheme
from mit_core.faces.export_text import read_landmark_text, write_landmark_text
from mit_core.faces.landmark_table import read_landmark_table, write_landmark_table
from mit_core.faces.rigid import fit_rigid
from mit_core.faces.standard_face import from_canonical_mesh, read_obj_vertices, standard_face


def test_every_point_has_neighbours_on_its_own_contour():
    neighbours = scheme.contour_neighbours()
    contours = scheme.CLOSED_CONTOURS + scheme.OPEN_CONTOURS
    assert sorted(point for contour in contours for point in contour) == list(range(68))
    for contour in contours:
        assert np.isin(neighbours[list(contour)], contour).all()
    assert (neighbours != np.arange(68)[:, None]).all()
    assert sorted(neighbours[48]) == [49, 59]  # closed: the ends are neighbours
    assert list(neighbours[0]) == [1, 1] and list(neighbours[16]) == [15, 15]
    assert len(set(scheme.MEDIAPIPE_TO_IBUG)) == 68


def test_standard_face_follows_its_own_definition():
    face = standard_face()
    assert face[16, 0] - face[0, 0] == pytest.approx(1.6, abs=1e-5)
    np.testing.assert_allclose((face[0] + face[16])[:2], 0, atol=1e-5)
    np.testing.assert_allclose(face[36, 2] + face[45, 2], 0, atol=1e-5)
    assert face[8, 1] > face[57, 1] > face[33, 1] > face[27, 1], "y runs down"
    assert face[30, 2] > face[36, 2] > face[0, 2], "z runs towards the camera"
    mirrored = face[[16, 45, 54]] * (-1, 1, 1)
    np.testing.assert_allclose(mirrored, face[[0, 36, 48]], atol=1e-5)
    with pytest.raises(ValueError, match="read-only"):
        face[0] = 0


def test_standard_face_resembles_the_published_one(reference):
    published = np.loadtxt(reference / "constants" / "STD_FACE_LANDMARKS.txt")
    face = standard_face().astype(float)
    steady = list(scheme.STEADY)
    rotation, translation = fit_rigid(face[steady], published[steady])
    apart = np.linalg.norm(face @ rotation.T + translation - published, axis=1)
    assert np.median(apart) < 0.15, "in face units of 1.6 a head"


def test_standard_face_is_made_from_a_mesh(tmp_path):
    vertices = np.zeros((468, 3))
    vertices[list(scheme.MEDIAPIPE_TO_IBUG)] = standard_face() * (9.0, -9.0, 9.0) + 4.0
    mesh = tmp_path / "mesh.obj"
    lines = [f"v {x:.9f} {y:.9f} {z:.9f}" for x, y, z in vertices]
    mesh.write_text("mtllib x.mtl\n" + "\n".join(lines) + "\nvt 0.1 0.2\nf 1/1 2/2 3/3\n")
    np.testing.assert_allclose(
        from_canonical_mesh(read_obj_vertices(mesh)), standard_face(), atol=1e-5
    )


def test_landmark_table_comes_back(tmp_path):
    path = tmp_path / "초상 landmarks.tsv"
    points = standard_face() * 100 + 200
    write_landmark_table(path, points)
    np.testing.assert_allclose(read_landmark_table(path), points, atol=1e-5)
    write_landmark_table(path, points[:, :2])
    np.testing.assert_allclose(read_landmark_table(path), points * (1, 1, 0), atol=1e-5)


@pytest.mark.parametrize("layout", ["x y", "x,y", "point x y", "x y z", "# note"])
def test_landmarks_written_by_hand_are_read(tmp_path, layout):
    path = tmp_path / "hand.txt"
    points = np.round(standard_face() * 100 + 200, 2)
    rows = {
        "x y": [f"{x} {y}" for x, y, _ in points],
        "x,y": ["x,y", *[f"{x},{y}" for x, y, _ in points]],
        "point x y": [f"{i}\t{x}\t{y}" for i, (x, y, _) in enumerate(points)],
        "x y z": [f"{x} {y} {z}" for x, y, z in points],
        "# note": ["# mine", *[f"{x} {y}\n" for x, y, _ in points]],
    }[layout]
    path.write_text("\n".join(rows))
    expected = points if layout == "x y z" else points * (1, 1, 0)
    np.testing.assert_allclose(read_landmark_table(path), expected, atol=1e-3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 2\n3 4\n", "68 rows"),
        ("", "68 rows"),
        ("1 2\n" * 30 + "1 oops\n" + "1 2\n" * 37, "oops"),
        ("1 nan\n" * 68, "finite"),
        ("1 2 3\n" * 67 + "1 2\n", "2 or 3"),
    ],
)
def test_a_wrong_table_is_explained(tmp_path, text, words):
    path = tmp_path / "bad.tsv"
    path.write_text(text)
    with pytest.raises(UserError, match=words) as caught:
        read_landmark_table(path)
    assert str(path) in str(caught.value)


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(UserError, match=r"no such.*"):
        read_landmark_table(tmp_path / "none.tsv")


def test_text_dump_holds_204_numbers_a_frame(tmp_path):
    path = tmp_path / "dump.txt"
    frames = np.random.default_rng(0).normal(size=(5, 68, 3)).astype(np.float32)
    write_landmark_text(path, frames)
    assert [len(line.split()) for line in path.read_text().splitlines()] == [204] * 5
    np.testing.assert_allclose(read_landmark_text(path), frames.reshape(5, 204), atol=1e-6)
    path.write_text("1 2 3\n")
    with pytest.raises(UserError, match="204"):
        read_landmark_text(path)
