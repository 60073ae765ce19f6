"""The one training loop: every recipe is run, measured, saved and resumed by it."""

import csv
import io
import json
import logging
import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TextIO

import torch
from tqdm import tqdm

from mit_core.errors import UserError
from mit_core.files import write_text, written_whole
from mit_core.models.tensors import read_tensors

log = logging.getLogger(__name__)

STATE = "state.pt"
"""The file in a run's folder that the run goes on from."""


class Recipe(Protocol):
    """What one kind of network adds to the loop."""

    def step(self, progress: float) -> Mapping[str, float]:
        """Take one optimiser step and return its losses; ``progress`` runs from 0 to 1."""

    def validate(self) -> Mapping[str, float]:
        """Measures on held-out data; ``score`` (lower is better) chooses the best checkpoint.

        Empty where there is nothing held out; then the last model counts as the best.
        """

    def save(self, path: Path) -> None:
        """Write the model as it would be used now, whole or not at all."""

    def state_dict(self) -> dict[str, Any]:
        """All that the next step depends on: tensors and plain values."""

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go back to a state."""


@dataclass(frozen=True)
class LoopSettings:
    """How long to train and how often to look.

    Attributes:
        steps: optimiser steps.
        minutes: wall-clock limit; the schedule then shortens so as to end in time. With a limit
            that bites, two runs differ; without, a run is repeatable.
        validate_every: steps between validations.
        checkpoint_every: steps between checkpoints: what a killed run can lose.
        patience: validations without a better score before stopping; 0 never stops early.
        seed: of everything random.
    """

    steps: int
    minutes: float | None = None
    validate_every: int = 100
    checkpoint_every: int = 200
    patience: int = 0
    seed: int = 0


@dataclass
class _Progress:
    step: int = 0
    seconds: float = 0.0
    best_score: float = math.inf
    best_step: int = 0
    misses: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    sums: dict[str, float] = field(default_factory=dict)
    summed: int = 0


@dataclass(frozen=True)
class TrainingResult:
    """What a run came to: files in its folder, steps taken, and the best model's score and step."""

    best: Path
    last: Path
    history: Path
    steps: int
    best_step: int
    best_score: float


def train(
    recipe: Recipe,
    folder: str | Path,
    settings: LoopSettings,
    *,
    fingerprint: str = "",
    bar: TextIO | None = None,
) -> TrainingResult:
    """Run a recipe to its end, from where an earlier run of the same kind stopped.

    Writes ``best.pt``, ``last.pt``, ``history.csv`` (a row a validation: ``step``, ``seconds``,
    ``train_*`` means since the row before, ``val_*``) and ``state.pt`` (for resuming) into
    ``folder``. Resuming gives the same numbers as an unbroken run on a CPU.

    Args:
        recipe: a network, its optimiser and data.
        folder: of this run.
        settings: lengths and intervals.
        fingerprint: names settings and data; a state written under another one is not resumed.
        bar: where the progress bar is drawn; the process's stderr by default.

    Raises:
        UserError: a loss is no longer a finite number.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with _own_randomness(settings.seed):
        progress = _resume(recipe, folder, fingerprint)
        before, started = progress.seconds, time.monotonic()
        with tqdm(
            total=settings.steps, initial=progress.step, desc=folder.name, unit="step", file=bar
        ) as shown:
            while not _finished(progress, settings):
                _step(recipe, progress, settings)
                progress.seconds = before + time.monotonic() - started
                shown.update()
                end = _finished(progress, settings)
                if end or progress.step % settings.validate_every == 0:
                    _validate(recipe, progress, folder)
                    shown.set_postfix(_shown(progress.history[-1]))
                    end = _finished(progress, settings)
                if end or progress.step % settings.checkpoint_every == 0:
                    _write_results(recipe, progress, folder)
                    _save_state(recipe, progress, folder, fingerprint)
    return TrainingResult(
        best=folder / "best.pt",
        last=folder / "last.pt",
        history=folder / "history.csv",
        steps=progress.step,
        best_step=progress.best_step,
        best_score=progress.best_score,
    )


def _finished(progress: _Progress, settings: LoopSettings) -> bool:
    out_of_time = settings.minutes is not None and progress.seconds >= 60 * settings.minutes
    out_of_patience = 0 < settings.patience <= progress.misses
    return progress.step >= settings.steps or out_of_time or out_of_patience


def _step(recipe: Recipe, progress: _Progress, settings: LoopSettings) -> None:
    part = progress.step / settings.steps
    if settings.minutes is not None:
        part = min(max(part, progress.seconds / (60 * settings.minutes)), 1.0)
    losses = recipe.step(part)
    progress.step += 1
    for name, value in losses.items():
        if not math.isfinite(value):
            raise UserError(
                f"Training went wrong at step {progress.step}: the loss '{name}' is {value}. "
                "Lower the learning rate, and check the features and landmarks for wrong values."
            )
        progress.sums[name] = progress.sums.get(name, 0.0) + value
    progress.summed += 1


def _validate(recipe: Recipe, progress: _Progress, folder: Path) -> None:
    means = {f"train_{name}": value / progress.summed for name, value in progress.sums.items()}
    measures = dict(recipe.validate())
    score = measures.pop("score", -float(progress.step))
    if score < progress.best_score:
        recipe.save(folder / "best.pt")
        progress.best_score, progress.best_step, progress.misses = score, progress.step, 0
    else:
        progress.misses += 1
    row = {"step": float(progress.step), "seconds": round(progress.seconds, 2)}
    progress.history.append(row | means | {f"val_{k}": v for k, v in measures.items()})
    progress.sums, progress.summed = {}, 0


def _shown(row: Mapping[str, float]) -> dict[str, str]:
    return {k: f"{v:.4g}" for k, v in row.items() if k not in ("step", "seconds")}


@contextmanager
def _own_randomness(seed: int) -> Iterator[None]:
    """Dropout draws from torch's global generator: seed it for this run and put it back after."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


def _save_state(recipe: Recipe, progress: _Progress, folder: Path, fingerprint: str) -> None:
    state = {
        "fingerprint": fingerprint,
        "recipe": recipe.state_dict(),
        "progress": json.dumps(vars(progress)),
        "torch_rng": torch.get_rng_state(),
        "cuda_rng": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        # A workflow clears a job's declared outputs before it runs the job again, so the best
        # model must survive in here.
        "best": torch.frombuffer(bytearray((folder / "best.pt").read_bytes()), dtype=torch.uint8)
        if progress.best_step
        else None,
    }
    with written_whole(folder / STATE) as part:
        torch.save(state, part)


def _resume(recipe: Recipe, folder: Path, fingerprint: str) -> _Progress:
    path = folder / STATE
    if not path.is_file():
        return _Progress()
    state = read_tensors(path)
    if state["fingerprint"] != fingerprint:
        log.info("%s is of other settings or data: training starts anew", path)
        return _Progress()
    recipe.load_state_dict(state["recipe"])
    torch.set_rng_state(state["torch_rng"])
    if state["cuda_rng"] and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(state["cuda_rng"])
    progress = _Progress(**json.loads(state["progress"]))
    if state["best"] is not None:
        with written_whole(folder / "best.pt") as part:
            part.write_bytes(state["best"].numpy().tobytes())
    _write_results(recipe, progress, folder)
    log.info("training goes on from step %d", progress.step)
    return progress


def _write_results(recipe: Recipe, progress: _Progress, folder: Path) -> None:
    recipe.save(folder / "last.pt")
    _write_history(folder / "history.csv", progress.history)


def _write_history(path: Path, rows: list[dict[str, float]]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: f"{v:.8g}" for k, v in row.items()} for row in rows)
    write_text(path, text.getvalue())
