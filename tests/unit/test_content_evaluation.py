"""Measures and baselines, and that the network learns a planted relation."""

import numpy as np
import pytest
from sequence_makers import talking

from mit_core.evaluation.content import evaluate_content
from mit_core.evaluation.measures import ClipMeasures, mean_measures, measure_clip
from mit_core.evaluation.ridge import fit_ridge
from mit_core.evaluation.tables import write_table
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
    errors = {k: v for k, v in vars(measures).items() if k != "opening_r"}
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
    assert np.isnan(silent.opening_r)
    mean = mean_measures([silent, measure_clip(truth, truth)])
    assert mean["opening_r"] == pytest.approx(1)
    assert set(mean) == set(ClipMeasures.__dataclass_fields__)


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
    table = evaluate_content(result.best, TRAIN, VAL, TEST)
    write_table(table, tmp_path / "content.tsv")
    head, *lines = (tmp_path / "content.tsv").read_text().splitlines()
    assert head.split("\t")[:2] == ["predictor", "opening_r"] and len(lines) == 5
    by = table.set_index("predictor")
    assert by.loc["content", "opening_r"] > 0.8
    assert abs(by.loc["content_mismatched", "opening_r"]) < 0.3
    assert abs(by.loc["ridge_mismatched", "opening_r"]) < 0.3
    assert by.loc["content", "mouth_distance"] < 0.75 * by.loc["mean_face", "mouth_distance"]
    assert by.loc["mean_face", "opening_r"] == 0
    assert (by["clips"] == 3).all()


def test_nothing_held_out_gives_an_empty_table(tmp_path):
    table = evaluate_content(tmp_path / "best.pt", TRAIN, VAL, talking(()))
    assert len(table) == 0 and {"predictor", "opening_r", "clips"} <= set(table.columns)
