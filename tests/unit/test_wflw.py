"""The 98-point scheme, beside the project's 68."""

import numpy as np
import pytest
from drawn_faces import face_landmarks

from mit_core.errors import UserError
from mit_core.faces.scheme import LEFT_EYE, RIGHT_EYE
from mit_core.faces.wflw import TO_68, TO_74, for_sketch, to_68


def test_maps_take_each_point_once():
    for table, count in ((TO_68, 68), (TO_74, 74)):
        assert len(set(table.tolist())) == len(table) == count
        assert table.min() >= 0 and table.max() < 98
    assert (TO_68[[0, 8, 16]] == [0, 16, 32]).all()  # ears and chin
    assert (TO_68[[36, 39, 42, 45]] == [60, 64, 68, 72]).all()  # corners of the eyes
    assert (TO_68[[48, 54, 60, 64]] == [76, 82, 88, 92]).all()  # and of the mouth


def test_lids_of_both_schemes_are_the_same_ones():
    inside = [index for index, point in enumerate(TO_74) if point in set(TO_68.tolist())]
    np.testing.assert_array_equal(TO_74[inside], TO_68)


def test_74_points_from_68_keep_them_and_halve_the_lids():
    face = face_landmarks(256, 256)
    seen = for_sketch(np.stack([face, face + 1]), 74)
    assert seen.shape == (2, 74, 3)
    kept = np.isin(TO_74, TO_68)
    np.testing.assert_array_equal(seen[0, kept], face)
    np.testing.assert_allclose(seen[1], seen[0] + 1)
    np.testing.assert_allclose(seen[0, 38], (face[37] + face[38]) / 2)
    np.testing.assert_allclose(seen[0, 50], (face[46] + face[47]) / 2)
    for eye, pupil in ((RIGHT_EYE, 72), (LEFT_EYE, 73)):
        low, high = face[list(eye), :2].min(axis=0), face[list(eye), :2].max(axis=0)
        assert (seen[0, pupil, :2] > low).all() and (seen[0, pupil, :2] < high).all()


def test_98_points_become_fewer_and_never_more():
    points = np.arange(98.0)[:, None].repeat(2, axis=1)
    assert (to_68(points)[:, 0] == TO_68).all()
    assert (for_sketch(points, 74)[:, 1] == TO_74).all()
    assert for_sketch(points, 98) is points
    assert (for_sketch(points, 68)[:, 0] == TO_68).all()
    with pytest.raises(UserError, match="WFLW detector"):
        for_sketch(face_landmarks(99, 99), 98)
    with pytest.raises(UserError, match="70 landmarks"):
        to_68(np.zeros((70, 2)))
