"""Training the networks that draw frames: what it writes, learns, and goes on from."""

import threading
import time

import numpy as np
import pytest
import torch
from footage_makers import make_footage

from mit_core.errors import UserError
from mit_core.files import read_json
from mit_core.media.image import read_image
from mit_core.models.translation_checkpoint import load_translation
from mit_core.training import translation_recipe
from mit_core.training.ahead import Ahead
from mit_core.training.hardware import Hardware
from mit_core.training.pairs import PairSampler
from mit_core.training.translation import train_translation
from mit_core.training.translation_recipe import TranslationRecipe
from mit_core.training.translation_settings import RefinementSettings, TranslationSettings
from mit_core.training.translation_validation import (
    FRAMES_OF_A_CLIP,
    draw_pairs,
    held_out_pairs,
    validate_pairs,
)

SHORT = {
    "size": 64,
    "widths": (8, 8),
    "batch_size": 4,
    "perceptual": "none",
    "steps": 6,
    "validate_every": 3,
    "checkpoint_every": 2,
}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return make_footage(tmp_path_factory.mktemp("drawn"), frames=(12, 12, 12, 12), speakers="abbb")


@pytest.fixture(scope="module")
def splits(drawn):
    return drawn.only([0, 1, 2]), drawn.only([3])


def weights(path):
    return torch.cat(
        [v.ravel().float() for v in load_translation(path).model.state_dict().values()]
    )


@pytest.mark.parametrize("settings", [RefinementSettings(**SHORT), TranslationSettings(**SHORT)])
def test_a_run_leaves_checkpoints_record_and_sheets(splits, tmp_path, settings):
    result = train_translation(*splits, tmp_path, settings, run="brief")
    checkpoint = load_translation(result.best)
    assert (checkpoint.kind, checkpoint.size, checkpoint.crop) == (settings.kind, 64, settings.crop)
    assert set(checkpoint.measures) == {"l1", "ssim", "mouth_ssim", "score"}
    assert not checkpoint.model.training
    record = read_json(tmp_path / "run.json")
    assert (record["kind"], record["run"], record["clips"]) == (settings.kind, "brief", 3)
    assert record["hours"] == pytest.approx(36 / 25 / 3600)
    assert record["feature"] == "frames"
    newest, last = (read_image(tmp_path / p) for p in ("samples.png", "samples/step_000006.png"))
    np.testing.assert_array_equal(newest, last)
    assert (tmp_path / "samples" / "step_000003.png").is_file()
    columns = 5 if settings.kind == "refinement" else 4
    assert newest.shape == (20 + 64, 64 * columns + 4 * (columns - 1), 3)


def test_refinement_begins_at_the_warp_and_gets_better(splits, tmp_path):
    # as fast as it goes on flat colours: no loss that looks at texture
    losses = {"gradient_weight": 0.5, "ssim_weight": 0.1, "texture_weight": 0.0}
    loop = {"steps": 150, "validate_every": 75, "checkpoint_every": 150, "learning_rate": 5e-3}
    settings = RefinementSettings(**SHORT | losses | loop | {"widths": (16, 16, 16)})
    pairs = held_out_pairs(splits[1], settings)
    warp = torch.from_numpy(pairs.seconds).permute(0, 3, 1, 2) / 255
    before = validate_pairs(warp, pairs)
    result = train_translation(*splits, tmp_path, settings)
    after = validate_pairs(draw_pairs(load_translation(result.best), pairs), pairs)
    assert result.best_score == pytest.approx(after["score"], abs=1e-6)
    assert after["l1"] < 0.93 * before["l1"]
    assert after["mouth_ssim"] > before["mouth_ssim"] + 0.025


def test_translation_learns_colours_of_both_signs(splits, tmp_path):
    settings = TranslationSettings(**SHORT | {"steps": 60, "learning_rate": 5e-3})
    result = train_translation(*splits, tmp_path, settings)
    assert result.measures["val_l1"] < 0.1  # a picture of one colour has .15
    made = draw_pairs(load_translation(result.best), held_out_pairs(splits[1], settings))
    wall = made[:, :, 4, 4].mean(dim=0)
    # the wall's red, green and blue, in this order
    np.testing.assert_allclose(wall, np.array([70, 110, 170]) / 255, atol=0.12)


@pytest.mark.parametrize("background", [False, True])
def test_a_cut_off_run_goes_on_bit_for_bit(splits, tmp_path, background, monkeypatch):
    monkeypatch.setattr(translation_recipe, "Ahead", lambda make, **_: Ahead(make, background))
    settings = RefinementSettings(**SHORT | {"pool_mb": 6, "mirror": True})
    whole = train_translation(*splits, tmp_path / "whole", settings)
    step, taken = TranslationRecipe.step, []

    def cut(recipe, progress):
        if len(taken) == 5:
            raise KeyboardInterrupt
        taken.append(progress)
        return step(recipe, progress)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(TranslationRecipe, "step", cut)
        train_translation(*splits, tmp_path / "cut", settings)
    result = train_translation(*splits, tmp_path / "cut", settings)
    assert torch.equal(weights(result.last), weights(whole.last))
    assert result.best_score == whole.best_score


def test_held_out_pairs_go_from_shut_to_open(splits):
    pairs = held_out_pairs(splits[1], RefinementSettings(**SHORT))
    assert len(pairs.truths) == FRAMES_OF_A_CLIP
    gaps = pairs.landmarks[:, 66, 1] - pairs.landmarks[:, 62, 1]
    assert (np.diff(gaps) >= -1e-3).all()
    assert gaps[-1] > gaps[0] + 2


def test_the_truth_has_the_best_score(splits):
    pairs = held_out_pairs(splits[1], RefinementSettings(**SHORT))
    truth = torch.from_numpy(pairs.truths).permute(0, 3, 1, 2) / 255
    perfect = validate_pairs(truth, pairs)
    assert perfect["score"] == pytest.approx(0, abs=1e-5)
    assert perfect["l1"] == 0
    mouth = truth.clone()
    x, y = pairs.landmarks[0, 48:68, :2].mean(axis=0).astype(int)
    mouth[..., y - 3 : y + 4, x - 5 : x + 6] = 0.5
    hurt = validate_pairs(mouth, pairs)
    assert 1 - hurt["mouth_ssim"] > 3 * (1 - hurt["ssim"]) > 0


def test_without_held_out_footage_the_last_model_counts(splits, tmp_path):
    settings = RefinementSettings(**SHORT)
    result = train_translation(splits[0], splits[0].only([]), tmp_path, settings)
    assert result.best_step == 6
    assert read_image(tmp_path / "samples.png").shape[0] == 20 + 4 * 64 + 3 * 4


def test_batches_are_made_one_at_a_time(splits, tmp_path, monkeypatch):
    """Also for the sheets of runs without held-out footage: two threads would meet in the pool."""
    at_work, met = threading.Lock(), []
    make = PairSampler.batch

    def watched(sampler, step):
        met.append(not at_work.acquire(blocking=False))
        if met[-1]:
            return make(sampler, step)
        try:
            time.sleep(0.2)  # longer than a step
            return make(sampler, step)
        finally:
            at_work.release()

    monkeypatch.setattr(PairSampler, "batch", watched)
    settings = RefinementSettings(**SHORT)
    train_translation(splits[0], splits[0].only([]), tmp_path, settings, threads=2)
    assert len(met) > 6 and not any(met)


def test_a_run_goes_on_from_a_checkpoint_of_its_kind(splits, tmp_path):
    settings = RefinementSettings(**SHORT)
    first = train_translation(*splits, tmp_path / "first", settings)
    more = {"initial": str(first.best), "steps": 1, "widths": (4, 4), "learning_rate": 0.0}
    second = train_translation(*splits, tmp_path / "second", RefinementSettings(**SHORT | more))
    assert load_translation(second.best).model.widths == (8, 8)
    kept = [name for name, _ in load_translation(first.best).model.named_parameters()]
    one, other = (dict(load_translation(r.best).model.named_parameters()) for r in (first, second))
    assert all(torch.equal(one[name], other[name]) for name in kept)
    with pytest.raises(UserError, match="is a refinement network"):
        wrong = TranslationSettings(**SHORT | {"initial": str(first.best)})
        train_translation(*splits, tmp_path / "third", wrong)


@pytest.mark.parametrize(
    "hardware", [Hardware(precision="bf16-mixed"), Hardware(devices=2)], ids=str
)
def test_half_precision_and_two_processes_learn_too(splits, tmp_path, hardware):
    settings = TranslationSettings(**SHORT)
    result = train_translation(*splits, tmp_path, settings, hardware=hardware)
    assert result.steps == 6
    assert torch.isfinite(weights(result.last)).all()
    assert result.measures["val_l1"] < 0.6


def test_wrong_settings_are_named(splits, tmp_path):
    for wrong, said in (
        ({"size": 100, "widths": (8, 8, 8)}, "multiple of 8"),
        ({"size": 32}, "64 to 1024"),
        ({"batch_size": 0}, "batch_size"),
    ):
        with pytest.raises(UserError, match=said):
            RefinementSettings(**wrong)
    with pytest.raises(UserError, match="no clip of the training split"):
        train_translation(splits[0].only([]), splits[1], tmp_path, TranslationSettings(**SHORT))
    assert RefinementSettings(**SHORT | {"widths": [8, 8]}) == RefinementSettings(**SHORT)
