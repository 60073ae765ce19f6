"""Measures and baselines, and that the network learns a planted relation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation
from sequence_makers import talking

from mit_core.evaluation.content import COLUMNS, MEASURES, content_summary, evaluate_content
from mit_core.evaluation.measures import measure_clip
from mit_core.evaluation.nearest import fit_nearest
from mit_core.evaluation.posed import measure_posed
from mit_core.evaluation.ridge import fit_ridge
from mit_core.evaluation.tables import write_table
from mit_core.faces.head_motion import HeadMotion
from mit_core.faces.mouth import inner_lip_area
from mit_core.models.checkpoint import FeatureScaling
from mit_core.models.windows import windows
from mit_core.training import chunks
from mit_core.training.bases import base_faces, face_statistics
from mit_core.training.content import train_content
from mit_core.training.content_settings import ContentSettings
from mit_core.training.data import feature_statistics

TRAIN, VAL, TEST = talking((300,) * 4), talking((120,), seed=1), talking((150, 160, 170), seed=2)


def moved(landmarks, points, by):
    shifted = landmarks.reshape(-1, 68, 3).copy()
    shifted[:, points] += by
    return shifted.reshape(-1, 204)


def test_the_truth_itself_scores_perfectly():
    truth = TEST.landmarks[:150]
    measures = measure_clip(truth, truth)
    assert measures.opening_r == pytest.approx(1)
    assert measures.jerk == pytest.approx(1)
    errors = {k: v for k, v in vars(measures).items() if k not in ("opening_r", "jerk")}
    assert errors == pytest.approx(dict.fromkeys(errors, 0.0), abs=1e-9)


def test_distances_are_in_outer_eye_units_and_percent():
    truth = TEST.landmarks[:150]
    wrong = moved(truth, slice(48, 68), (0.03, 0.04, 0.0))
    measures = measure_clip(wrong, truth)
    assert measures.mouth_distance == pytest.approx(0.05, rel=1e-4)
    assert measures.face_distance == pytest.approx(0.05 * 20 / 68, rel=1e-4)
    assert measures.d_v == pytest.approx(0, abs=1e-3), "a constant shift has no velocity"
    doubled = measure_clip(2 * wrong, 2 * truth)
    assert vars(doubled) == pytest.approx(vars(measures), rel=1e-4, abs=1e-4)
    points = truth.reshape(-1, 68, 3)[..., :2]
    lips = np.linalg.norm(points[:, 54] - points[:, 48], axis=1).max()
    assert measures.d_ll == pytest.approx(100 * 0.05 * 20 / 37 / lips, rel=1e-3)
    deep = measure_clip(moved(truth, slice(48, 68), (0, 0, 0.1)), truth)
    assert deep.d_ll == pytest.approx(0, abs=1e-6) and deep.mouth_distance > 0.09


def test_a_still_prediction_has_no_correlation_and_a_still_truth_cannot_tell():
    truth = TEST.landmarks[:150]
    still = np.repeat(truth[:1], 150, axis=0)
    assert measure_clip(still, truth).opening_r == 0
    silent = measure_clip(truth, still)
    assert np.isnan(silent.opening_r) and np.isnan(silent.opening_lag) and np.isnan(silent.jerk)


@pytest.mark.parametrize("late", [-7, -1, 0, 3, 12])
def test_a_mouth_that_moves_k_frames_late_is_found_k_frames_late(late):
    truth = TEST.landmarks[:150]
    measures = measure_clip(np.roll(truth, late, axis=0)[20:-20], truth[20:-20])
    assert measures.opening_lag == late


def test_a_face_guessed_wrong_costs_nothing_in_motion():
    truth = TEST.landmarks[:150]
    rng = np.random.default_rng(0)
    other = measure_clip(truth + 0.1 * rng.standard_normal(204).astype(np.float32), truth)
    assert other.mouth_distance > 0.1 and other.mouth_motion == pytest.approx(0, abs=1e-6)
    still = measure_clip(np.repeat(truth.mean(axis=0)[None], 150, axis=0), truth)
    assert still.mouth_motion == pytest.approx(still.mouth_distance, rel=1e-3)


@given(size=st.floats(0.5, 2))
def test_a_face_of_another_size_is_as_far_off_as_worked_out_by_hand(size):
    truth = TEST.landmarks[:150]
    measures = measure_clip(size * truth, truth)
    points = truth.reshape(-1, 68, 3)[..., :2].astype(float)
    off = abs(size - 1) * np.linalg.norm(points, axis=2)
    width = np.linalg.norm(points[:, 16] - points[:, 0], axis=1).mean()
    assert measures.d_l == pytest.approx(100 * off.mean() / width, rel=1e-3, abs=1e-3)
    lips = np.linalg.norm(points[:, 54] - points[:, 48], axis=1).max()
    lower = [*range(17), *range(48, 68)]
    assert measures.d_ll == pytest.approx(100 * off[:, lower].mean() / lips, rel=1e-3, abs=1e-3)
    area = inner_lip_area(truth).astype(float)
    expected = 100 * abs(size**2 - 1) * area.mean() / area.max()
    assert measures.d_a == pytest.approx(expected, rel=1e-3, abs=1e-3)
    assert measures.opening_r == pytest.approx(1)  # openings are over the outer-eye distance


def still_head(frames):
    return HeadMotion(np.tile(np.eye(3), (frames, 1, 1)), np.zeros((frames, 3)))


@given(degrees=st.floats(0.5, 40), axis=st.integers(0, 2))
def test_a_turned_head_is_off_in_rotation_and_nowhere_else(degrees, axis):
    truth, still = TEST.landmarks[:60], still_head(60)
    turn = Rotation.from_rotvec(np.radians(degrees) * np.eye(3)[axis]).as_matrix()
    turned = HeadMotion(np.tile(turn, (60, 1, 1)), np.zeros((60, 3)))
    right, wrong = (measure_posed(truth, head, truth, still) for head in (still, turned))
    assert wrong["d_rot"] == pytest.approx(degrees)
    for name in ("opening_r", "mouth_distance", "d_pos"):
        assert wrong[name] == pytest.approx(right[name], abs=1e-9)


@given(shift=st.floats(0.01, 1))
def test_a_shifted_head_is_off_in_place_and_not_in_rotation(shift):
    truth, still = TEST.landmarks[:60], still_head(60)
    shifted = HeadMotion(still.rotations, np.tile([shift, 0.0, 0.0], (60, 1)))
    measures = measure_posed(truth, shifted, truth, still)
    points = truth.reshape(-1, 68, 3)
    width = np.linalg.norm(points[:, 16] - points[:, 0], axis=1).mean()
    assert measures["d_pos"] == pytest.approx(100 * shift / width, rel=1e-5)
    assert measures["d_rot"] == 0 and measures["mouth_distance"] == 0


@given(gain=st.floats(0.1, 3))
def test_a_mouth_moved_with_a_gain_is_so_much_jerkier(gain):
    truth = TEST.landmarks[:150]
    measures = measure_clip(truth[:1] + gain * (truth - truth[:1]), truth)
    assert measures.jerk == pytest.approx(gain, rel=1e-3)
    assert measures.opening_lag == 0


def test_trembling_is_jerk():
    truth = TEST.landmarks[:150]
    trembling = moved(truth, slice(48, 68), 0)
    trembling[::2] += 0.01
    assert measure_clip(trembling, truth).jerk > 1.1


def ridge_on(train, val):
    faces = face_statistics(train)
    bases = [
        base_faces(split, "speaker_mean", faces.speaker_faces, faces.rest_offset)
        if len(split)
        else np.zeros((0, 204))
        for split in (train, val)
    ]
    scaling = FeatureScaling(*feature_statistics(train))
    return fit_ridge(train, bases[0], val, bases[1], scaling, 12), bases[0]


@pytest.mark.parametrize("val", [VAL, talking(())], ids=["validation", "none"])
def test_ridge_finds_a_linear_law(val):
    ridge, bases = ridge_on(TRAIN, val)
    truth = TEST.landmarks[:150]
    measures = measure_clip(bases[0] + ridge.predict(TEST.features[:150]), truth)
    assert measures.opening_r > 0.95


def test_ridge_equals_the_textbook_solution():
    ridge, bases = ridge_on(TRAIN, VAL)
    heard = np.concatenate(
        [windows(ridge.scaling(features), 12).reshape(len(features), -1) for features, _ in TRAIN]
    ).astype(np.float64)
    shown = TRAIN.landmarks.astype(np.float64) - bases[0]
    heard_mean, shown_mean = heard.mean(axis=0), shown.mean(axis=0)
    # the dual form: another route to the same weights
    centred = heard - heard_mean
    gram = centred @ centred.T + ridge.penalty * np.eye(len(heard))
    weights = centred.T @ np.linalg.solve(gram, shown - shown_mean)
    np.testing.assert_allclose(ridge.weights, weights, atol=1e-8)


def test_the_network_learns_a_planted_law_and_needs_the_right_audio(tmp_path, monkeypatch):
    monkeypatch.setattr(chunks, "_WINDOWS_AT_ONCE", 128)
    settings = ContentSettings(steps=100, validate_every=100, batch_size=8, ema=0.9)
    result = train_content(TRAIN, VAL, tmp_path, settings)
    clips = evaluate_content(result.best, TRAIN, VAL, TEST)
    assert tuple(clips.columns) == COLUMNS and len(clips) == 7 * 3
    table = content_summary(clips)
    write_table(table, tmp_path / "content.tsv")
    head, *lines = (tmp_path / "content.tsv").read_text().splitlines()
    assert head.split("\t")[:3] == ["predictor", "opening_r", "opening_r_low"] and len(lines) == 7
    by = table.set_index("predictor")
    assert (by["opening_r_low"] <= by["opening_r"]).all()
    assert (by["opening_r"] <= by["opening_r_high"]).all()
    assert by.loc["content", "opening_r"] > 0.8
    assert abs(by.loc["content_mismatched", "opening_r"]) < 0.3
    assert abs(by.loc["ridge_mismatched", "opening_r"]) < 0.3
    assert by.loc["content", "mouth_distance"] < 0.75 * by.loc["mean_face", "mouth_distance"]
    assert by.loc["mean_face", "opening_r"] == by.loc["closed_mouth", "opening_r"] == 0
    assert by.loc["nearest", "opening_r"] > 0.5
    assert (by["clips"] == 3).all()


def test_nothing_held_out_gives_an_empty_table(tmp_path):
    table = evaluate_content(tmp_path / "best.pt", TRAIN, VAL, talking(()))
    assert len(table) == 0 and tuple(table.columns) == COLUMNS
    assert {"predictor", "clips", *MEASURES} <= set(content_summary(table).columns)


def test_the_nearest_neighbour_knows_what_it_heard():
    bases = np.zeros((len(TRAIN), 204))
    nearest = fit_nearest(TRAIN, bases, FeatureScaling(*feature_statistics(TRAIN)), 12)
    span = TRAIN.span(2)
    found = nearest.predict(TRAIN.features[span])
    np.testing.assert_array_equal(found, TRAIN.landmarks[span])
