"""What a run leaves behind: curves, run.json, the training table, budgets, and its errors."""

import csv
import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from line_recipe import LineRecipe
from sequence_makers import talking
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from mit_core.errors import UserError
from mit_core.files import read_json, write_json
from mit_core.training import chunks
from mit_core.training.content import train_content
from mit_core.training.content_settings import ContentSettings
from mit_core.training.loop import train
from mit_core.training.loop_settings import LoopSettings, with_budget
from mit_core.training.table import write_training_table

STEPS = LoopSettings(steps=12, validate_every=3, checkpoint_every=6)


def events(folder):
    told = EventAccumulator(str(folder / "tensorboard"))
    told.Reload()
    return {
        tag: [(event.step, event.value) for event in told.Scalars(tag)]
        for tag in told.Tags()["scalars"]
    }


def history(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_tensorboard_shows_the_history(tmp_path):
    result = train(LineRecipe, tmp_path, STEPS)
    shown, rows = events(tmp_path), history(result.history)
    assert set(shown) == {"train/loss", "val/error"}
    for tag, name in (("train/loss", "train_loss"), ("val/error", "val_error")):
        assert [step for step, _ in shown[tag]] == [3, 6, 9, 12]
        written = [float(row[name]) for row in rows]
        np.testing.assert_allclose([value for _, value in shown[tag]], written, rtol=1e-5)


def test_a_cut_off_runs_curves_hold_every_step_once(tmp_path):
    def cut(step):
        if step == 10:  # a validation after the last checkpoint
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(lambda fabric: LineRecipe(fabric, before_step=cut), tmp_path, STEPS)
    assert [step for step, _ in events(tmp_path)["val/error"]] == [3, 6, 9]
    train(LineRecipe, tmp_path, STEPS)
    assert [step for step, _ in events(tmp_path)["val/error"]] == [3, 6, 9, 12]


def gpu_is_full():
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.")


@pytest.mark.parametrize(
    "exhaust",
    [
        lambda: torch.empty(2**55, dtype=torch.uint8),
        lambda: np.empty(2**55, dtype=np.uint8),
        gpu_is_full,
    ],
    ids=["torch", "numpy", "cuda"],
)
@pytest.mark.parametrize("when", ["building", "step"])
def test_exhausted_memory_says_what_to_change(tmp_path, exhaust, when):
    def build(fabric):
        if when == "building":
            exhaust()
        return LineRecipe(fabric, before_step=lambda step: exhaust())

    with pytest.raises(UserError, match=r"out of memory \(line.*batch_size"):
        train(build, tmp_path, STEPS, title="line")


def test_gradients_that_are_no_numbers_are_said(tmp_path):
    def clip(step):
        broken = torch.nn.Parameter(torch.ones(1))
        broken.grad = torch.full((1,), float("nan"))
        torch.nn.utils.clip_grad_norm_([broken], 1.0, error_if_nonfinite=True)

    with pytest.raises(UserError, match=r"gradients.*learning_rate"):
        train(lambda fabric: LineRecipe(fabric, before_step=clip), tmp_path, STEPS)


def test_other_errors_are_left_as_they_are(tmp_path):
    def wrong(step):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="mat1"):
        train(lambda fabric: LineRecipe(fabric, before_step=wrong), tmp_path, STEPS)


@given(steps=st.integers(1, 10**7))
def test_a_budget_of_steps(steps):
    given_ = LoopSettings(steps=5, minutes=3.0, patience=2)
    for unit in ("steps", "step"):
        assert with_budget(given_, f"{steps} {unit}") == replace(given_, steps=steps, minutes=None)


@pytest.mark.parametrize(
    ("budget", "minutes"),
    [
        *(("30 minutes", 30), ("1 minute", 1), ("30 min", 30), (" 2min ", 2)),
        *(("1.5 h", 90), ("2 hours", 120), ("90 s", 1.5), ("30 seconds", 0.5)),
    ],
)
def test_a_budget_of_time_leaves_steps_open(budget, minutes):
    settings = with_budget(ContentSettings(), budget)
    assert (settings.steps, settings.minutes) == (0, pytest.approx(minutes))
    loop = settings.loop()
    assert loop.part(10**9, 30 * minutes) == pytest.approx(0.5)
    assert loop.part(0, 61 * minutes) == 1


def test_no_budget_leaves_the_settings_alone():
    assert with_budget(STEPS, None) is STEPS


@pytest.mark.parametrize("budget", ["", "30", "min", "-5 min", "0 steps", "2.5 steps", "3 days"])
def test_a_wrong_budget_is_named(budget):
    with pytest.raises(UserError, match=f"budget is '{budget}'"):
        with_budget(STEPS, budget)


def test_a_run_needs_an_end():
    with pytest.raises(UserError, match="steps is 0"):
        LoopSettings(steps=0)


def test_time_alone_ends_a_run(tmp_path):
    result = train(LineRecipe, tmp_path, with_budget(STEPS, "0.3 s"))
    assert result.steps > 0 and 0.3 <= result.seconds < 5


def test_the_record_tells_what_made_the_checkpoint(tmp_path, monkeypatch):
    monkeypatch.setattr(chunks, "_WINDOWS_AT_ONCE", 16)
    data = replace(talking((60, 50), speakers=("a", "b")), feature="autovc:12", digest="d1")
    settings = ContentSettings(steps=2, batch_size=4)
    result = train_content(data, talking((40,), seed=1), tmp_path, settings, run="mine")
    record = read_json(tmp_path / "run.json")
    assert (record["kind"], record["run"], record["feature"]) == ("content", "mine", "autovc:12")
    assert (record["speakers"], record["clips"], record["data"]) == (2, 2, "d1")
    assert record["hours"] == pytest.approx(110 / 62.5 / 3600)
    assert record["settings"]["batch_size"] == 4 and record["device"] == "cpu, 32-true"
    assert (record["steps"], record["best_step"]) == (2, 2)
    assert record["measures"]["val_mouth_distance"] == pytest.approx(result.best_score)
    assert record["sha256"] == hashlib.sha256(result.best.read_bytes()).hexdigest()
    assert record["parameters"] == 1_965_677
    again = train_content(data, talking((40,), seed=1), tmp_path, settings, run="mine")
    assert read_json(tmp_path / "run.json") == record and again.started == result.started


def record(folder: Path, **changes) -> Path:
    values = {
        "kind": "content",
        "run": "default",
        "feature": "mel",
        "data": "abc",
        "hours": 0.5,
        "speakers": 3,
        "clips": 40,
        "settings": {"steps": 600, "initial": None, "ema": 0.99},
        "device": "cpu, 32-true",
        "started": "2026-01-01T00:00:00+00:00",
        "seconds": 61.25,
        "steps": 600,
        "best_step": 500,
        "measures": {"val_mouth_distance": 0.0512345},
        "sha256": "0" * 64,
        "parameters": 5,
    }
    path = folder / f"{len(list(folder.iterdir()))}.json"
    write_json(path, values | changes)
    return path


def test_the_training_table_has_a_row_a_run(tmp_path):
    records = [
        record(tmp_path, kind="speaker"),
        record(tmp_path, run="other", measures={}),
        record(tmp_path),
    ]
    write_training_table(records, tmp_path / "training.tsv")
    with (tmp_path / "training.tsv").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert [(row["kind"], row["run"]) for row in rows] == [
        ("content", "default"),
        ("content", "other"),
        ("speaker", "default"),
    ]
    assert rows[0]["settings"] == "ema=0.99; initial=null; steps=600"
    assert rows[0]["measures"] == "val_mouth_distance=0.05123" and rows[1]["measures"] == ""
    assert rows[0]["sha256"] == "0" * 64 and rows[0]["seconds"] == "61.2"


def test_no_run_gives_a_header_alone(tmp_path):
    write_training_table([], tmp_path / "training.tsv")
    assert (tmp_path / "training.tsv").read_text().startswith("kind\trun\t")


@pytest.mark.parametrize("content", ["{}", "[1]", "not json", '{"kind": 1, "settings": 3}'])
def test_a_wrong_record_is_named(tmp_path, content):
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(UserError, match=r"run\.json"):
        write_training_table([tmp_path / "run.json"], tmp_path / "training.tsv")
