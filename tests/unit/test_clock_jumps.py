"""The wall clock is put back while a run is at work: nothing that is measured goes by it."""

import csv
import fcntl
import time
from pathlib import Path

import pytest
from line_recipe import LineRecipe, weights
from reliability import Survival

from mit_core.jobs import wait_for_jobs
from mit_core.training.loop import TrainingResult, train
from mit_core.training.loop_settings import LoopSettings

KIND = "Clock that jumps back"
DAY_S = 86400.0
STEPS = {"validate_every": 5, "checkpoint_every": 5}


@pytest.fixture
def jumps(monkeypatch: pytest.MonkeyPatch, survival: Survival) -> list[float]:
    """Every other look at the wall clock finds it put back by a day."""
    looks: list[float] = []
    now = time.time

    def told() -> float:
        looks.append(now() - DAY_S * (len(looks) % 2))
        return looks[-1]

    monkeypatch.setattr(time, "time", told)
    return looks


def fit(folder: Path, settings: LoopSettings, pause: float = 0.0) -> TrainingResult:
    return train(
        lambda fabric: LineRecipe(fabric, before_step=lambda _: time.sleep(pause)),
        folder,
        settings,
    )


@pytest.mark.survives(KIND)
def test_a_training_by_time_lasts_as_long(tmp_path: Path, jumps: list[float]) -> None:
    started = time.monotonic()
    result = fit(tmp_path, LoopSettings(steps=0, minutes=0.02, **STEPS), pause=0.01)
    assert 1.2 <= result.seconds <= time.monotonic() - started < 5
    with result.history.open(newline="") as file:
        seconds = [float(row["seconds"]) for row in csv.DictReader(file)]
    assert seconds == sorted(seconds) and seconds[0] >= 0
    assert len(jumps) > 3  # others do look


@pytest.mark.survives(KIND)
def test_a_training_by_steps_comes_to_the_same(tmp_path: Path, jumps: list[float]) -> None:
    settings = LoopSettings(steps=20, **STEPS)
    jumping = fit(tmp_path / "jumping", settings)
    assert len(jumps) > 3
    assert jumping.steps == 20
    assert weights(jumping.last) == weights(fit(tmp_path / "other", settings).last)


@pytest.mark.survives(KIND)
def test_waiting_for_jobs_ends(tmp_path: Path, jumps: list[float]) -> None:
    with (tmp_path / ".at_work").open("a") as job:
        fcntl.flock(job, fcntl.LOCK_SH)
        started = time.monotonic()
        assert wait_for_jobs(tmp_path, 0.6) == "a job"
        assert 0.6 <= time.monotonic() - started < 5
