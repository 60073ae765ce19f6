"""AutoVC learns to say again what it heard, resumes bit for bit, and keeps the voice it aims at."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from autovc_makers import checkpoint, small_dims, spoken
from hypothesis import given
from hypothesis import strategies as st

from mit_core.errors import UserError
from mit_core.files import read_json
from mit_core.models.autovc import AutoVC
from mit_core.models.autovc_checkpoint import load_autovc
from mit_core.training import autovc_recipe
from mit_core.training.autovc import train_autovc
from mit_core.training.autovc_settings import AutoVCSettings
from mit_core.training.autovc_validation import validate_autovc
from mit_core.training.hardware import Hardware, open_fabric
from mit_core.training.utterances import (
    CropSampler,
    mean_embeddings,
    mel_statistics,
    told_embeddings,
)

TRAIN, VAL = spoken((90, 130, 70, 200)), spoken((128, 100), seed=1)
QUICK = AutoVCSettings(steps=4, batch_size=2, crop=32, validate_every=2, checkpoint_every=2)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """A network that takes milliseconds a step."""
    monkeypatch.setitem(autovc_recipe._DIMS, "small", small_dims())


def weights(path):
    return load_autovc(path).model.state_dict()


def same(first, second):
    return all(torch.equal(value, second[key]) for key, value in first.items())


def test_it_learns_to_say_again_what_it_never_heard(tmp_path, monkeypatch):
    dims = replace(small_dims(), width=64, code_every=8, hidden=32)
    monkeypatch.setitem(autovc_recipe._DIMS, "small", dims)
    settings = AutoVCSettings(steps=60, crop=64, learning_rate=1e-2, validate_every=20)
    result = train_autovc(spoken(12 * (160,)), VAL, tmp_path, settings)
    assert result.best_score < 0.5
    assert validate_autovc(load_autovc(result.best), VAL)["score"] == pytest.approx(
        result.best_score
    )
    untrained = replace(load_autovc(result.best), model=AutoVC(dims))
    assert validate_autovc(untrained, VAL)["score"] > 0.9
    record = read_json(tmp_path / "run.json")
    assert (record["kind"], record["speakers"], record["clips"]) == ("autovc", 2, 12)


@pytest.mark.parametrize("killed_at", [1, 2, 3])
def test_a_killed_run_ends_as_an_unbroken_one(tmp_path, monkeypatch, killed_at):
    whole = train_autovc(TRAIN, VAL, tmp_path / "whole", QUICK)
    step, taken = autovc_recipe.AutoVCRecipe.step, []

    def until_killed(self, progress):
        if len(taken) == killed_at:
            raise KeyboardInterrupt
        taken.append(progress)
        return step(self, progress)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(autovc_recipe.AutoVCRecipe, "step", until_killed)
        train_autovc(TRAIN, VAL, tmp_path / "cut", QUICK)
    cut = train_autovc(TRAIN, VAL, tmp_path / "cut", QUICK)
    assert same(weights(whole.last), weights(cut.last))
    assert (cut.best_step, cut.best_score) == (whole.best_step, whole.best_score)


def test_seeds_and_settings_make_other_runs(tmp_path):
    first = train_autovc(TRAIN, VAL, tmp_path / "a", QUICK)
    again = train_autovc(TRAIN, VAL, tmp_path / "b", QUICK)
    other = train_autovc(TRAIN, VAL, tmp_path / "c", replace(QUICK, seed=1))
    free = train_autovc(TRAIN, VAL, tmp_path / "d", replace(QUICK, code_weight=0.0))
    assert same(weights(first.last), weights(again.last))
    assert load_autovc(first.last).digest == load_autovc(again.last).digest
    assert not same(weights(first.last), weights(other.last))
    assert not same(weights(first.last), weights(free.last))


def test_the_target_is_who_spoke_most_unless_another_is_named(tmp_path):
    usual = load_autovc(train_autovc(TRAIN, VAL, tmp_path / "a", QUICK).best)
    assert usual.target_name == "bob"  # 330 frames of 490
    assert set(usual.speakers) == {"ann", "bob"}
    np.testing.assert_array_equal(usual.target, usual.speakers["bob"])
    named = train_autovc(TRAIN, VAL, tmp_path / "b", replace(QUICK, target="ann"))
    assert load_autovc(named.best).target_name == "ann"
    with pytest.raises(UserError, match="ann, bob"):
        train_autovc(TRAIN, VAL, tmp_path / "c", replace(QUICK, target="carl"))


def test_another_embedding_in_the_targets_file_is_another_run(tmp_path):
    file = tmp_path / "voice.npy"
    for voice in (np.eye(256, dtype=np.float32)[i] for i in range(2)):
        np.save(file, voice)
        run = train_autovc(TRAIN, VAL, tmp_path / "run", replace(QUICK, target=str(file)))
        np.testing.assert_array_equal(load_autovc(run.best).target, voice)


def test_training_goes_on_from_a_checkpoint_with_its_scaling(tmp_path):
    begun = checkpoint()
    begun.save(tmp_path / "begun.pt")
    settings = replace(QUICK, initial=str(tmp_path / "begun.pt"), learning_rate=0.0)
    result = train_autovc(TRAIN, VAL, tmp_path / "run", settings)
    ended = load_autovc(result.last)
    assert same(begun.model.state_dict(), ended.model.state_dict())
    np.testing.assert_array_equal(begun.mean, ended.mean)
    assert set(ended.speakers) == {"ann", "bob"}


def test_the_published_size_has_its_own_rate_wherever_it_comes_from(tmp_path):
    path = tmp_path / "ckpt_autovc.pth"
    torch.save({"model": AutoVC().state_dict()}, path)
    fabric = open_fabric(Hardware())
    for settings in (replace(QUICK, initial=str(path)), replace(QUICK, size="published")):
        assert autovc_recipe.AutoVCRecipe(TRAIN, VAL, settings, fabric).peak == 1e-4
    assert autovc_recipe.AutoVCRecipe(TRAIN, VAL, QUICK, fabric).peak == 2e-3


def test_without_validation_the_last_model_is_the_best(tmp_path):
    result = train_autovc(TRAIN, spoken(()), tmp_path, QUICK)
    assert result.best_step == 4
    assert same(weights(result.best), weights(result.last))


@pytest.mark.slow
def test_two_processes_hold_one_network(tmp_path):
    result = train_autovc(TRAIN, VAL, tmp_path, QUICK, hardware=Hardware(devices=2))
    assert result.steps == 4


def test_nothing_to_train_on_is_said(tmp_path):
    with pytest.raises(UserError, match="no speech"):
        train_autovc(spoken(()), VAL, tmp_path, QUICK)


@pytest.mark.parametrize(
    ("change", "said"), [({"size": "huge"}, "small, published"), ({"crop": 100}, "multiple of 32")]
)
def test_wrong_settings_are_named(change, said):
    with pytest.raises(UserError, match=said):
        AutoVCSettings(**change)


@given(
    lengths=st.lists(st.integers(0, 60), min_size=1, max_size=5).filter(any),
    seed=st.integers(0, 9),
)
def test_crops_are_pieces_of_their_recording_then_silence(lengths, seed):
    voices = spoken(tuple(lengths))
    number = np.arange(1, sum(lengths) + 1)
    voices = replace(
        voices,
        mel=np.repeat(number[:, None], 80, axis=1).astype(np.float32),
        f0=number.astype(np.int16),
    )
    crops = CropSampler(voices, 32).draw(np.random.default_rng(seed), 6)
    for mel, f0, index in zip(crops.mel, crops.f0, crops.recordings, strict=True):
        span = voices.span(index)
        first = int(f0[0]) - 1
        assert span.start <= first < span.stop
        count = min(32, span.stop - first)
        np.testing.assert_array_equal(f0[:count], number[first : first + count])
        assert not f0[count:].any()
        np.testing.assert_array_equal(mel, np.repeat(f0[:, None], 80, axis=1))


def test_every_frame_is_drawn():
    voices = spoken((70,))
    voices = replace(voices, f0=np.arange(1, 71, dtype=np.int16))
    crops = CropSampler(voices, 32).draw(np.random.default_rng(0), 300)
    assert set(crops.f0.ravel()) == set(range(71))
    assert (crops.f0[:, 0] > 70 - 1).any()  # one frame, then silence


def test_speakers_are_drawn_alike():
    voices = spoken((400, 40, 400, 40))
    crops = CropSampler(voices, 32).draw(np.random.default_rng(0), 1000)
    share = np.mean(np.array(voices.speakers)[crops.recordings] == "bob")
    assert share == pytest.approx(0.5, abs=0.06)


def test_statistics_are_those_of_all_frames():
    mean, std = mel_statistics(TRAIN)
    np.testing.assert_allclose(mean, TRAIN.mel.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(std, TRAIN.mel.std(axis=0), rtol=1e-4)
    still = replace(TRAIN, mel=np.zeros_like(TRAIN.mel))
    assert (mel_statistics(still)[1] > 0).all()


def test_a_speaker_is_told_by_their_mean_a_stranger_by_the_recording():
    rng = np.random.default_rng(0)
    own = rng.standard_normal((4, 256)).astype(np.float32)
    voices = replace(spoken((10, 10, 10, 10)), embeddings=own)
    known = mean_embeddings(voices)
    direction = own[[0, 2]].mean(axis=0)
    np.testing.assert_allclose(known["ann"], direction / np.linalg.norm(direction), atol=1e-6)
    told = told_embeddings(voices, {"ann": known["ann"]})
    np.testing.assert_array_equal(told[2], known["ann"])
    np.testing.assert_array_equal(told[1], own[1])


def test_nothing_held_out_measures_nothing():
    assert validate_autovc(checkpoint(), spoken(())) == {}
