"""Mouth and eye geometry against the published numbers, and what must hold for any face."""

import numpy as np
import pytest
from eye_measures import eye_opening
from hypothesis import given
from hypothesis import strategies as st

from mit_core.faces.eyes import close_lids
from mit_core.faces.mouth import (
    as_points,
    close_mouth,
    inner_lip_area,
    most_closed_frame,
    mouth_opening,
    polygon_area,
    repair_inverse_lips,
    signed_polygon_area,
)
from mit_core.faces.scheme import MOUTH
from mit_core.faces.standard_face import standard_face


def opened(gaps) -> np.ndarray:
    """Standard faces with the lower lip moved down by each gap from a closed mouth."""
    faces = np.repeat(close_mouth(standard_face(), 1.0)[None].astype(float), len(gaps), axis=0)
    lower = [65, 66, 67, 55, 56, 57, 58, 59]
    faces[:, lower, 1] += np.asarray(gaps)[:, None]
    return faces


def test_areas_equal_the_published_ones(reference):
    data = np.load(reference / "geometry" / "areas.npz")
    assert polygon_area(data["pts"]) == pytest.approx(float(data["area"]), abs=1e-9)
    assert signed_polygon_area(data["pts"]) == pytest.approx(float(data["signed"]), abs=1e-9)


def test_mouth_closing_equals_the_published_one(reference):
    data = np.load(reference / "geometry" / "input_face.npz")
    closed = close_mouth(data["face"], 0.7, 0.5)
    np.testing.assert_allclose(closed, data["closed_mouth"], atol=3e-5)  # float32 at 200 pixels
    assert closed.dtype == np.float32


def test_lip_repair_equals_the_published_one(reference):
    data = np.load(reference / "geometry" / "solve_inverse_lip2.npz")
    before = data["inp"].copy()
    np.testing.assert_allclose(repair_inverse_lips(before), data["out"], atol=1e-5)
    np.testing.assert_array_equal(before, data["inp"])
    signed = signed_polygon_area(as_points(before)[:, 60:68])
    np.testing.assert_allclose(signed, data["signed_area"], atol=1e-5)


@given(scale=st.floats(0.1, 500), gap=st.floats(0, 0.5), flat=st.booleans())
def test_mouth_opening_has_no_unit(scale, gap, flat):
    face = opened([gap])[..., : 2 if flat else 3]
    opening = mouth_opening(face * scale)[0]
    eyes = np.linalg.norm(face[0, 45] - face[0, 36])
    assert opening == pytest.approx(gap / eyes, abs=1e-6)


def test_the_most_closed_frame_is_found():
    assert most_closed_frame(opened([0.2, 0.1, 0.01, 0.3])) == 2
    areas = inner_lip_area(opened([0.0, 0.1, 0.2]))
    assert areas[0] < areas[1] < areas[2]


def test_a_closed_mouth_is_closed_and_the_rest_stays():
    face = opened([0.3])
    closed = close_mouth(face, 1.0)
    assert mouth_opening(closed)[0] == pytest.approx(0, abs=1e-9)
    others = [point for point in range(68) if point not in MOUTH]
    np.testing.assert_array_equal(closed[:, others], face[:, others])
    rows = close_mouth(face.reshape(1, 204), 1.0)
    np.testing.assert_array_equal(rows.reshape(1, 68, 3), closed)


def test_crossed_lips_meet_and_good_frames_stay():
    faces = opened([0.1, -0.1, 0.2])
    repaired = repair_inverse_lips(faces)
    np.testing.assert_array_equal(repaired[[0, 2]], faces[[0, 2]])
    assert mouth_opening(repaired)[1] == pytest.approx(0, abs=1e-9)


@given(closed=st.floats(0, 1))
def test_lids_close_by_the_share_asked_for(closed):
    face = standard_face()
    before, after = eye_opening(face), eye_opening(close_lids(face, closed))
    assert after == pytest.approx(before * (1 - closed), abs=1e-5)


def test_lids_close_frame_by_frame():
    faces = np.repeat(standard_face()[None], 3, axis=0)
    amounts = np.array([0.0, 0.5, 1.0])
    after = eye_opening(close_lids(faces.reshape(3, 204), amounts))
    np.testing.assert_allclose(after, eye_opening(faces) * (1 - amounts), atol=1e-6)
    np.testing.assert_array_equal(close_lids(faces, amounts)[:, :36], faces[:, :36])


def test_an_unknown_layout_is_refused():
    with pytest.raises(ValueError, match="204"):
        mouth_opening(np.zeros((5, 70, 3)))
