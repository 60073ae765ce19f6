"""The training loop: a cut-off run ends where an unbroken one does, and says what went wrong."""

import csv
from dataclasses import replace

import pytest
import torch
from sequence_makers import talking

from mit_core.errors import UserError
from mit_core.files import read_json
from mit_core.models.checkpoint import load_content
from mit_core.training import chunks, loop, published
from mit_core.training.content import train_content
from mit_core.training.content_settings import ContentSettings
from mit_core.training.hardware import limited_threads
from mit_core.training.loop import train
from mit_core.training.loop_settings import LoopSettings

TRAIN, VAL = talking((60, 50)), talking((40,), seed=1)
QUICK = ContentSettings(steps=6, batch_size=4, validate_every=2, checkpoint_every=2)


@pytest.fixture(autouse=True)
def few_windows(monkeypatch):
    """Normalisation statistics from few windows: what they are does not matter here."""
    monkeypatch.setattr(chunks, "_WINDOWS_AT_ONCE", 16)


class PowerCutError(Exception):
    """Stands in for the power cut."""


def weights(path):
    return load_content(path).model.state_dict()


def same(first, second):
    return all(torch.equal(value, second[key]) for key, value in first.items())


def rows(path):
    with path.open(newline="") as file:
        return [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]


@pytest.mark.parametrize("recipe", ["chunks", "published"])
@pytest.mark.parametrize("killed_at", [1, 3, 6])
def test_a_killed_run_ends_as_an_unbroken_one(tmp_path, monkeypatch, recipe, killed_at):
    kind = {"chunks": chunks.ChunkRecipe, "published": published.PublishedRecipe}[recipe]
    settings = replace(QUICK, recipe=recipe)
    whole = train_content(TRAIN, VAL, tmp_path / "whole", settings)
    step, taken = kind.step, []

    def until_killed(self, progress):
        if len(taken) == killed_at:
            raise PowerCutError
        taken.append(progress)
        return step(self, progress)

    with monkeypatch.context() as patch, pytest.raises(PowerCutError):
        patch.setattr(kind, "step", until_killed)
        train_content(TRAIN, VAL, tmp_path / "cut", replace(settings, steps=6))
        raise PowerCutError  # killed after the last step
    # what a workflow does before it runs a failed job again
    for name in ("best.pt", "last.pt", "history.csv"):
        (tmp_path / "cut" / name).unlink(missing_ok=True)
    cut = train_content(TRAIN, VAL, tmp_path / "cut", settings)
    assert (cut.steps, cut.best_step, cut.best_score) == (6, whole.best_step, whole.best_score)
    assert same(weights(whole.best), weights(cut.best))
    assert same(weights(whole.last), weights(cut.last))
    assert rows(whole.history) == rows(cut.history)


def test_another_seed_is_another_run_and_starts_anew(tmp_path):
    first = train_content(TRAIN, VAL, tmp_path, QUICK)
    before = weights(first.last)
    again = train_content(TRAIN, VAL, tmp_path, QUICK)
    assert same(before, weights(again.last))
    other = train_content(TRAIN, VAL, tmp_path, replace(QUICK, seed=1))
    assert not same(before, weights(other.last))
    assert read_json(tmp_path / "settings.json")["seed"] == 1


def test_other_footage_starts_anew(tmp_path):
    first = train_content(TRAIN, VAL, tmp_path, QUICK)
    before = weights(first.last)
    other = train_content(talking((60, 50), seed=5), VAL, tmp_path, QUICK)
    assert not same(before, weights(other.last))


def test_history_has_a_row_a_validation(tmp_path):
    result = train_content(TRAIN, VAL, tmp_path, QUICK)
    history = rows(result.history)
    assert [row["step"] for row in history] == ["2", "4", "6"]
    assert {"train_loss", "val_mouth_distance", "val_correlation"} <= history[0].keys()
    assert result.best_score == pytest.approx(
        min(float(row["val_mouth_distance"]) for row in history), rel=1e-6
    )


def test_without_validation_the_last_model_is_the_best(tmp_path):
    result = train_content(TRAIN, talking(()), tmp_path, QUICK)
    assert result.best_step == 6
    assert same(weights(result.best), weights(result.last))


def test_training_leaves_the_callers_chance_and_threads_alone(tmp_path):
    before = torch.get_rng_state()
    with limited_threads(3):
        train_content(TRAIN, VAL, tmp_path, QUICK, threads=1)
        assert torch.get_num_threads() == 3
    assert torch.equal(before, torch.get_rng_state())


def test_a_damaged_state_is_named(tmp_path):
    (tmp_path / "state.pt").write_bytes(b"half a file")
    with pytest.raises(UserError, match=r"state\.pt"):
        train_content(TRAIN, VAL, tmp_path, QUICK)


def test_no_footage_is_said(tmp_path):
    with pytest.raises(UserError, match="no training footage"):
        train_content(talking(()), VAL, tmp_path, QUICK)


@pytest.mark.parametrize("wrong", [{"recipe": "magic"}, {"base": "mean"}])
def test_wrong_settings_name_the_key(wrong):
    with pytest.raises(UserError, match=next(iter(wrong))):
        ContentSettings(**wrong)


def test_a_run_goes_on_from_the_weights_of_another(tmp_path):
    first = train_content(TRAIN, VAL, tmp_path / "first", QUICK)
    tuned = replace(QUICK, initial=str(first.best), steps=1, learning_rate=1e-9, validate_every=1)
    second = train_content(TRAIN, VAL, tmp_path / "second", tuned)
    before, after = weights(first.best), weights(second.best)
    learned = [key for key in before if "running" not in key and "batches" not in key]
    assert all(torch.allclose(before[key], after[key], atol=1e-6) for key in learned)
    with pytest.raises(UserError, match=r"nowhere\.pt"):
        train_content(TRAIN, VAL, tmp_path / "third", replace(tuned, initial="nowhere.pt"))


class Scripted:
    """A recipe whose losses and scores are given."""

    def __init__(self, scores=(), losses=()):
        self.scores, self.losses = list(scores), list(losses)
        self.progress = []

    def step(self, progress):
        self.progress.append(progress)
        return {"loss": self.losses.pop(0) if self.losses else 1.0}

    def validate(self):
        return {"score": self.scores.pop(0)} if self.scores else {}

    def save(self, path):
        path.write_text(str(len(self.progress)))

    def state_dict(self):
        return {}

    def load_state_dict(self, state):
        raise AssertionError("nothing to go on from")


def test_patience_stops_after_validations_without_gain(tmp_path):
    recipe = Scripted(scores=[3, 2, 2.5, 2, 1])
    settings = LoopSettings(steps=50, validate_every=1, checkpoint_every=10, patience=2)
    result = train(lambda fabric: recipe, tmp_path, settings)
    assert (result.steps, result.best_step, result.best_score) == (4, 2, 2)
    assert result.best.read_text() == "2" and result.last.read_text() == "4"


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_stops_the_run(tmp_path, wrong):
    with pytest.raises(UserError, match=r"step 3.*learning_rate"):
        train(lambda fabric: Scripted(losses=[1, 1, wrong]), tmp_path, LoopSettings(steps=5))


def test_a_time_limit_shortens_the_schedule(tmp_path, monkeypatch):
    clock = iter(range(1000))
    monkeypatch.setattr(loop.time, "monotonic", lambda: float(next(clock)))
    recipe = Scripted()
    result = train(lambda fabric: recipe, tmp_path, LoopSettings(steps=1000, minutes=0.5))
    assert result.steps == 30
    assert recipe.progress == pytest.approx([i / 30 for i in range(30)])


def test_a_run_of_other_code_or_data_is_not_gone_on_with(tmp_path):
    def trained(data, code):
        train_content(data, VAL, tmp_path, QUICK, code=code)
        return (tmp_path / "state.pt").stat().st_mtime_ns

    first = trained(TRAIN, "a")
    assert trained(TRAIN, "a") == first  # already at its end
    second = trained(TRAIN, "b")
    assert second > first
    assert trained(replace(TRAIN, digest="other"), "b") > second
