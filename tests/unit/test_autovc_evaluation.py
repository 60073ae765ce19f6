"""Held-out speech by AutoVC: the table's shares are what they say, and voices are told apart."""

from dataclasses import replace

import numpy as np
import pytest
from autovc_makers import checkpoint, spoken

from mit_core.evaluation import autovc as evaluation
from mit_core.evaluation.autovc import evaluate_autovc
from mit_core.models.autovc_checkpoint import AutoVCCheckpoint
from mit_core.training.utterances import mean_embeddings, mel_statistics

TRAIN, TEST = spoken((200, 200, 200, 200)), spoken((96, 64, 70), seed=1)
OWN = {name: TRAIN.mel[TRAIN.span(i)].mean(axis=0) for i, name in enumerate(("ann", "bob"))}


def swaps_voices(self, mel, f0_classes, embedding, target=None):
    """A perfect converter: takes the speaker's mean frame off and puts the target's on."""
    shall = self.target if target is None else target
    source, goal = (
        OWN[min(self.speakers, key=lambda name: np.linalg.norm(self.speakers[name] - voice))]
        for voice in (embedding, shall)
    )
    return (mel - source + goal).astype(np.float32)


@pytest.fixture
def saved(tmp_path):
    mean, std = mel_statistics(TRAIN)
    voices = mean_embeddings(TRAIN)
    made = checkpoint(mean=mean, std=std, speakers=voices, target=voices["bob"], target_name="bob")
    made.save(tmp_path / "best.pt")
    return tmp_path / "best.pt"


def row(table, predictor, speaker="all"):
    (found,) = table[(table.predictor == predictor) & (table.speaker == speaker)].to_dict("records")
    return found


def test_a_perfect_converter_errs_nowhere_and_sounds_like_the_target(saved, monkeypatch):
    monkeypatch.setattr(AutoVCCheckpoint, "convert", swaps_voices)
    table = evaluate_autovc(saved, TRAIN, TEST)
    assert row(table, "autovc")["variance_share"] == pytest.approx(0, abs=1e-6)
    assert row(table, "autovc")["nearest_own"] == 1
    assert row(table, "converted")["nearest_target"] == 1
    assert row(table, "converted", "ann")["nearest_own"] == 0
    assert row(table, "recording", "ann")["nearest_target"] == 0
    assert list(table.recordings) == 4 * [3] + 4 * [2] + 4 * [1]


def test_the_mean_frames_share_is_one_and_its_error_the_variance(saved):
    table = evaluate_autovc(saved, TRAIN, TEST)
    for speaker in ("all", "ann", "bob"):
        assert row(table, "mean_frame", speaker)["variance_share"] == pytest.approx(1)
    mean = mel_statistics(TRAIN)[0]
    expected = np.square(TEST.mel - mean).mean()
    assert row(table, "mean_frame")["mse"] == pytest.approx(expected, rel=1e-5)
    # A network that learned nothing says nothing again.
    assert row(table, "autovc")["variance_share"] > 0.9


def test_strangers_have_no_nearest_of_their_own(saved):
    strangers = replace(TEST, speakers=("eve", "eve", "eve"))
    table = evaluate_autovc(saved, TRAIN, strangers)
    assert np.isnan(row(table, "autovc")["nearest_own"])
    assert not np.isnan(row(table, "converted")["nearest_target"])


def test_unvoiced_recordings_are_measured_too(saved):
    table = evaluate_autovc(saved, TRAIN, replace(TEST, f0=np.zeros_like(TEST.f0)))
    assert np.isfinite(row(table, "autovc")["mse"])


def test_nothing_held_out_measures_nothing(saved):
    table = evaluate_autovc(saved, TRAIN, spoken(()))
    assert len(table) == 0
    assert "variance_share" in table.columns
    assert evaluation.VoiceMeasures.__dataclass_fields__.keys() <= set(table.columns)
