"""Measures of pictures, and renderers compared by them."""

import dataclasses

import cv2
import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.metrics import structural_similarity

from mit_core.demo.portrait import actor
from mit_core.evaluation.driven import DrivenClip, StillSource, drive_clip, makers
from mit_core.evaluation.driven_sheet import driven_sheet
from mit_core.evaluation.pictures import measure_pictures, ssim_map
from mit_core.evaluation.renderers import COLUMNS, MEASURES, compare, evaluate_renderers
from mit_core.faces.identity import SAME_PERSON, FaceIdentity
from mit_core.faces.mouth_box import mouth_boxes
from mit_core.media.image import read_image
from mit_core.media.video import VideoWriter
from mit_core.models.translation_checkpoint import TranslationCheckpoint, make_network
from mit_core.rendering.warp import MeshWarp
from mit_core.training.footage import Footage

FRAMES = 9
OPENINGS = np.array([6, 9, 3, 0, 4, 12, 8, 2, 5])  # pixels; the fourth frame is at rest


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    """Footage of one clip: the demo's face, whose lower lip moves, starting at the third frame."""
    face = actor(256)
    landmarks = np.repeat(face.landmarks[None], FRAMES, axis=0)
    landmarks[:, 65:68, 1] += OPENINGS[:, None]
    landmarks[:, 55:60, 1] += OPENINGS[:, None]
    landmarks[:, 6:11, 1] += OPENINGS[:, None] / 2
    warp = MeshWarp(face.image, face.landmarks)
    path = tmp_path_factory.mktemp("spoken") / "clip.mp4"
    with VideoWriter(path, 25, 256, 256, crf=5) as writer:
        for points in [landmarks[0], landmarks[0], *landmarks]:
            writer.write(warp.render(points))
    return Footage((str(path),), (2,), landmarks, np.array([0, FRAMES]), ("anna",), ("anna.000",))


@pytest.fixture(scope="module")
def untrained(tmp_path_factory):
    path = tmp_path_factory.mktemp("networks") / "refinement.pt"
    with torch.random.fork_rng():
        model = make_network("refinement", (4, 6)).eval()
    TranslationCheckpoint("refinement", model, 64, 1.6).save(path)
    return path


@pytest.fixture(scope="module")
def driven(spoken):
    return drive_clip(spoken, 0, makers({}), 96, 75)


@pytest.fixture(scope="module")
def compared(spoken, untrained, tmp_path_factory):
    """The table, and the folder of its sheets."""
    folder = tmp_path_factory.mktemp("sheets")
    return evaluate_renderers(spoken, {"mine": untrained}, size=96, sheets=folder), folder


def noisy(image, amount, seed=0):
    rng = np.random.default_rng(seed)
    return np.clip(image + amount * rng.standard_normal(image.shape), 0, 255).astype(np.uint8)


@settings(max_examples=15)
@given(st.integers(11, 30), st.integers(11, 30), st.floats(1, 80), st.integers(0, 99))
def test_ssim_map_is_that_of_scikit_image(height, width, amount, seed):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    made = noisy(truth, amount, seed)
    _, expected = structural_similarity(
        made,
        truth,
        channel_axis=2,
        data_range=255,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        full=True,
    )
    np.testing.assert_allclose(ssim_map(made, truth), expected.mean(axis=2), atol=1e-5)


def test_measures_know_their_ends(driven):
    same = measure_pictures(driven.truth, driven.truth, driven.landmarks)
    assert (same.ssim, same.mouth_ssim, same.open_ssim) == pytest.approx((1, 1, 1))
    assert same.psnr == pytest.approx(20 * np.log10(255) + 10 * np.log10(12))
    assert (same.sharpness, same.mouth_sharpness) == (1, 1)
    off = np.minimum(driven.truth, 245) + 10
    truth = np.minimum(driven.truth, 245)
    measured = measure_pictures(off, truth, driven.landmarks)
    assert measured.psnr == pytest.approx(20 * np.log10(25.5))
    assert measured.mouth_psnr == pytest.approx(20 * np.log10(25.5))
    assert measured.sharpness == pytest.approx(1)


def test_blur_is_less_and_noise_more_sharp(driven):
    blurred = np.stack([cv2.GaussianBlur(frame, (0, 0), 1.5) for frame in driven.truth])
    soft = measure_pictures(blurred, driven.truth, driven.landmarks)
    rough = measure_pictures(noisy(driven.truth, 12.0), driven.truth, driven.landmarks)
    assert soft.sharpness < 0.5 < 1.2 < rough.sharpness
    assert soft.mouth_sharpness < 0.5
    assert max(soft.ssim, rough.ssim) < 0.99


def test_damage_is_told_by_where_it_is(driven):
    truth, points = driven.truth, driven.landmarks
    boxes = mouth_boxes(points, 96, 96)
    most_open = int(np.argmax(points[:, 66, 1] - points[:, 62, 1]))
    inside, outside = truth.copy(), truth.copy()
    x0, y0, x1, y1 = boxes[most_open]
    inside[most_open, y0:y1, x0:x1] = noisy(truth[most_open, y0:y1, x0:x1], 60.0)
    outside[:, :20] = noisy(truth[:, :20], 60.0)
    at_mouth = measure_pictures(inside, truth, points)
    elsewhere = measure_pictures(outside, truth, points)
    # one frame of eight, which is half of the most open quarter
    assert 1 - at_mouth.open_ssim == pytest.approx(4 * (1 - at_mouth.mouth_ssim), rel=1e-3)
    assert at_mouth.mouth_ssim < 0.95
    assert elsewhere.mouth_ssim == pytest.approx(1)
    assert elsewhere.ssim < 0.95
    assert elsewhere.mouth_psnr > elsewhere.psnr + 10


def test_a_clip_is_driven_from_its_rest_frame(spoken, driven):
    assert driven.truth.shape == (FRAMES - 1, 96, 96, 3)
    assert set(driven.drawn) == {"still", "mesh_warp"}
    assert all((frame == driven.source).all() for frame in driven.drawn["still"])
    # the landmarks are those of the other frames, in the crop
    gaps = driven.landmarks[:, 66, 1] - driven.landmarks[:, 62, 1]
    rest = gaps - gaps.min()
    others = np.delete(OPENINGS, 3)
    np.testing.assert_allclose(rest / rest.max(), (others - 2) / 10, atol=1e-4)
    few = drive_clip(spoken, 0, {"still": StillSource}, 96, 3)
    np.testing.assert_array_equal(few.truth, driven.truth[[0, 4, 7]])


def test_renderers_in_one_table(compared):
    table, sheets = compared
    assert tuple(table.columns) == COLUMNS
    assert table["renderer"].tolist() == ["still", "mesh_warp", "mine"] * 2
    assert table["clip"].tolist() == ["all"] * 3 + ["anna.000"] * 3
    assert (table["frames"] == FRAMES - 1).all()
    assert table[list(MEASURES)].notna().all(axis=None)
    still, warp, mine = (row for _, row in table[3:].iterrows())
    # the clip was made by the warp itself
    assert warp["mouth_ssim"] > max(0.95, still["mouth_ssim"] + 0.1)
    assert warp["psnr"] > still["psnr"] + 5
    assert still["identity"] > warp["identity"]
    # an untrained refinement leaves the warp as it is
    np.testing.assert_allclose(
        mine[list(MEASURES)].astype(float), warp[list(MEASURES)].astype(float), rtol=1e-3
    )
    assert read_image(sheets / "anna.000.png").ndim == 3


def test_gains_point_upwards(compared):
    table, _ = compared
    second = table.copy()
    second.loc[second["clip"] != "all", "clip"] = "anna.001"
    worse = second["renderer"] == "mesh_warp"
    second.loc[worse, ["ssim", "identity", "sharpness"]] = [0.1, 2.0, 3.0]
    both = compare(pd.concat([table, second]), "mesh_warp", "still").set_index("measure")
    assert both["clips"].eq(2).all()
    assert both.loc["mouth_ssim", "better"] == 2
    assert both.loc[["ssim", "identity", "sharpness"], "better"].eq(1).all()
    assert both.loc[["ssim", "identity", "sharpness"], "worst_clip"].eq("anna.001").all()
    assert both.loc["psnr", "gain"] == pytest.approx(both.loc["psnr", "worst_gain"])


def test_nothing_held_out_is_an_empty_table(spoken):
    empty = evaluate_renderers(spoken.only([]), {})
    assert tuple(empty.columns) == COLUMNS
    assert empty.empty
    assert compare(empty, "mesh_warp", "still")["clips"].eq(0).all()


def test_a_clip_that_cannot_be_drawn_is_left_out(spoken, caplog):
    tiny = dataclasses.replace(spoken, landmarks=spoken.landmarks / 20)
    assert evaluate_renderers(tiny, {}, size=96).empty
    assert "anna.000 is not measured" in caplog.text
    assert "too small" in caplog.text


def test_the_sheet_shows_open_mouths_and_no_row_twice(driven):
    sheet = driven_sheet(driven, columns=3)
    rows = 3  # source, truth, warp
    assert sheet.shape == (rows * (22 + 128 + 64), 3 * 128, 3)
    shown = sheet[22 + 128 + 64 + 22 :][:128, 128:256]  # truth, second of three
    expected = driven.truth[4]  # opening 12, the most of its third
    expected = cv2.resize(expected, (128, 128), interpolation=cv2.INTER_CUBIC)
    np.testing.assert_array_equal(shown, expected)


def test_short_clips_make_short_sheets(driven):
    one = DrivenClip(
        driven.name,
        driven.speaker,
        driven.source,
        driven.truth[:1],
        driven.landmarks[:1],
        {name: frames[:1] for name, frames in driven.drawn.items()},
    )
    assert driven_sheet(one).shape[1] == 128


def test_identity_survives_light_and_not_another_face():
    face, identity = actor(200), FaceIdentity()
    own = identity.embed(face.image, face.landmarks)
    assert np.linalg.norm(own) == pytest.approx(1.4, abs=0.4)  # dlib does not quite norm it
    darker = (0.8 * face.image).astype(np.uint8)
    assert np.linalg.norm(identity.embed(darker, face.landmarks) - own) < SAME_PERSON / 2
    turned = cv2.rotate(face.image, cv2.ROTATE_180)  # what lies there is no face
    assert np.linalg.norm(identity.embed(turned, face.landmarks) - own) > SAME_PERSON
