"""A portrait is normalised, moved and put back as the published code does."""

import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mit_core.animation.portrait_face import to_image
from mit_core.animation.published import (
    published_face,
    published_manner,
    published_portrait,
)
from mit_core.errors import UserError
from mit_core.faces.scheme import INNER_LIP
from mit_core.faces.standard_face import standard_face
from mit_core.models.constants import read_constants

FACE = standard_face().ravel()


def test_a_portrait_is_normalised_as_the_published_one(reference):
    data = np.load(reference / "geometry" / "input_face.npz")
    standard = read_constants(reference / "constants").standard_face
    standard = (standard * (1, 1, 0.1)).ravel()  # the published sketches are nearly flat
    portrait = published_portrait(data["face"], standard, pixel=1.0)
    np.testing.assert_allclose(portrait.face.reshape(68, 3), data["norm_face"], atol=1e-5)
    # published with both axes turned round
    assert portrait.scale == pytest.approx(-float(data["norm_scale"]), rel=1e-6)
    centre = portrait.translation[:2] / portrait.scale
    np.testing.assert_allclose(centre, -data["norm_shift"], atol=1e-4)
    adjusted = to_image(portrait.face[None], portrait)[0]
    np.testing.assert_allclose(adjusted[:, :2], data["face_manual_adjust"][:, :2], atol=1e-4)
    # a head of that width in pixels is nearly what the default takes for a published picture
    by_width = published_portrait(data["face"], standard).face
    np.testing.assert_allclose(by_width, portrait.face, atol=5e-4)


def test_both_branches_make_the_published_face(reference):
    data = np.load(reference / "geometry" / "postprocess_60.npz")
    manner = published_manner(data["G_out"])
    final = published_face(data["C_out"], data["std_face"][0], 2, 2, manner)
    np.testing.assert_allclose(final, data["final"], atol=1e-5)
    still = published_face(data["C_out"], data["std_face"][0], 2, 2)
    assert np.abs(still - data["final"]).max() > 0.01


def test_the_manner_moves_the_head_and_not_the_lips():
    rng = np.random.default_rng(0)
    shake = rng.standard_normal((200, 1, 3)) * np.ones((200, 68, 3))
    shake += 0.1 * rng.standard_normal((200, 68, 3))
    moved = published_manner(shake.reshape(200, 204), amp_pos=0.5).reshape(200, 68, 3)
    gap = moved[:, 66] - moved[:, 62]
    assert np.abs(gap).max() < 0.002
    assert np.abs(moved[:, list(INNER_LIP)]).mean() > 0.05


@given(
    scale=st.floats(20, 800),
    at=st.tuples(st.floats(-500, 500), st.floats(-500, 500)),
    flat=st.booleans(),
)
def test_a_portraits_size_and_place_do_not_change_its_face(scale, at, flat):
    points = standard_face() * scale + (*at, 0.0)
    portrait = published_portrait(points[:, :2] if flat else points, FACE)
    expected = published_portrait(standard_face() * 80, FACE).face
    np.testing.assert_allclose(portrait.face, expected, atol=1e-5 * 500 / scale + 1e-5)
    back = to_image(portrait.face[None], portrait)[0]
    jaw = slice(0, 17)
    np.testing.assert_allclose(back[jaw, :2], points[jaw, :2], atol=1e-3 * max(1, scale / 80))


@pytest.mark.parametrize(
    "change", [lambda x: x * 0, lambda x: x * np.nan, lambda x: x * (-1, 1, 1)]
)
def test_points_that_are_no_face_are_refused_in_words(change):
    with pytest.raises(UserError, match="form no face"):
        published_portrait(change(standard_face()), FACE)


def test_constants_are_read_and_missing_ones_named(reference, tmp_path):
    constants = read_constants(reference / "constants")
    assert constants.standard_face.shape == (68, 3)
    # y down, z towards the viewer: chin below the brows, nose before the ears
    assert constants.standard_face[8, 1] > constants.standard_face[19, 1]
    assert constants.standard_face[30, 2] > constants.standard_face[0, 2]
    assert constants.mean.shape == constants.std.shape == (80,)
    assert 0.05 < constants.std.min() < constants.mean.max() < 1
    assert np.linalg.norm(constants.target) == pytest.approx(1, abs=0.01)

    folder = tmp_path / "constants"
    shutil.copytree(reference / "constants", folder)
    for name in ("STD_FACE_LANDMARKS.txt", "MEAN_STD_AUTOVC_RETRAIN_MEL_AU.txt", "obama_emb.txt"):
        whole = (folder / name).read_text()
        for text, said in (
            ("\n".join(whole.splitlines()[:-1]), "numbers, not the"),
            ("a b c\n", "not a text of numbers"),
            (whole.replace(whole.split()[3], "nan", 1), "finite"),
        ):
            (folder / name).write_text(text)
            with pytest.raises(UserError, match=said) as caught:
                read_constants(folder)
            assert name in str(caught.value)
        (folder / name).unlink()
        with pytest.raises(UserError, match=rf"published\.constants.*{name}"):
            read_constants(folder)
        (folder / name).write_text(whole)
    read_constants(folder)
