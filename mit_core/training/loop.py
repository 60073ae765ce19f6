"""The one training loop: every recipe is run, measured, saved and resumed by it."""

import math
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import torch
from lightning_fabric import Fabric
from tqdm import tqdm

from mit_core.training.curves import EventFiles, write_history
from mit_core.training.hardware import Hardware, averaged, launch, seed_torch
from mit_core.training.loop_settings import LoopSettings
from mit_core.training.recipe import Recipe
from mit_core.training.run_state import Progress, resume, save_state
from mit_core.training.trouble import explained, not_a_number

TERMINATED = 128 + signal.SIGTERM
"""Exit status of a run that SIGTERM ended after it had saved its state."""

_SHOWN_EVERY_S, _LOGGED_EVERY_S = 0.2, 15.0
"""Seconds between two states of the progress bar on a terminal, and in a file, which keeps all."""

# Agreed on by all processes together with the losses; no loss may have these names.
_SECONDS, _STOP = "seconds", "asked to stop"


@dataclass(frozen=True)
class TrainingResult:
    """What a run came to.

    Attributes:
        best, last, history: files in its folder.
        steps: optimiser steps taken.
        best_step, best_score: of the best model.
        measures: the best model's row of the history (``train_*``, ``val_*``).
        started: when the run began, ISO 8601.
        seconds: spent training, over all its parts.
    """

    best: Path
    last: Path
    history: Path
    steps: int
    best_step: int
    best_score: float
    measures: Mapping[str, float] = field(default_factory=dict)
    started: str = ""
    seconds: float = 0.0


def train(
    build: Callable[[Fabric], Recipe],
    folder: str | Path,
    settings: LoopSettings,
    *,
    hardware: Hardware = Hardware(),  # noqa: B008 (frozen)
    fingerprint: str = "",
    bar: TextIO | None = None,
    title: str = "",
) -> TrainingResult:
    """Run a recipe to its end, from where an earlier run of the same kind stopped.

    Writes ``best.pt``, ``last.pt``, ``history.csv`` (a row a validation: ``step``, ``seconds``,
    ``train_*`` means since the row before, ``val_*``), the same curves into ``tensorboard`` and
    ``state.pt`` (for resuming) into ``folder``. Resuming gives the same numbers as an unbroken run
    on a CPU. On SIGTERM the step is finished and the state written.

    Args:
        build: makes the recipe with a Fabric, in each of the processes that share the work.
        folder: of this run.
        settings: lengths and intervals.
        hardware: devices and precision.
        fingerprint: names settings and data; a state written under another one is not resumed.
        bar: where the progress bar is drawn; the process's stderr by default.
        title: of the progress bar and in errors; the folder's name by default.

    Raises:
        UserError: a loss is no longer a finite number, memory ran out, no such device.
        SystemExit: 143, after SIGTERM.
    """
    run = _Run(build, Path(folder), settings, fingerprint, bar, title or Path(folder).name)
    run.folder.mkdir(parents=True, exist_ok=True)
    progress = launch(hardware, run)
    if progress is None:
        raise SystemExit(TERMINATED)
    row = next((row for row in progress.history if row["step"] == progress.best_step), {})
    return TrainingResult(
        best=run.folder / "best.pt",
        last=run.folder / "last.pt",
        history=run.folder / "history.csv",
        steps=progress.step,
        best_step=progress.best_step,
        best_score=progress.best_score,
        measures={k: v for k, v in row.items() if k not in ("step", "seconds")},
        started=progress.started,
        seconds=progress.seconds,
    )


@dataclass
class _Run:
    build: Callable[[Fabric], Recipe]
    folder: Path
    settings: LoopSettings
    fingerprint: str
    bar: TextIO | None
    title: str

    def __call__(self, fabric: Fabric, asked_to_stop: Callable[[], bool]) -> Progress | None:
        """Train in this process; None where it was asked to stop."""
        with explained(self.title), _own_randomness(fabric):
            torch.manual_seed(self.settings.seed)
            recipe = self.build(fabric)
            # Again, so that what building drew from it does not matter to the training.
            seed_torch(fabric, self.settings.seed)
            known = resume(fabric, recipe, self.folder, self.fingerprint)
            progress = known or Progress(started=datetime.now(UTC).isoformat(timespec="seconds"))
            events = None
            if fabric.is_global_zero:
                events = EventFiles(self.folder, progress.history)
                if known:
                    self._write_results(recipe, progress)
            try:
                return self._train(fabric, recipe, progress, events, asked_to_stop)
            finally:
                if events:
                    events.close()

    def _train(
        self,
        fabric: Fabric,
        recipe: Recipe,
        progress: Progress,
        events: EventFiles | None,
        asked_to_stop: Callable[[], bool],
    ) -> Progress | None:
        settings = self.settings
        before, started = progress.seconds, time.monotonic()
        with tqdm(
            total=settings.steps or None,
            initial=progress.step,
            desc=self.title,
            unit="step",
            file=self.bar,
            # a terminal redraws its line; a file would keep every one
            mininterval=_SHOWN_EVERY_S if _is_terminal(self.bar) else _LOGGED_EVERY_S,
            disable=not fabric.is_global_zero,
        ) as shown:
            while not self._over(progress):
                losses = recipe.step(settings.part(progress.step, progress.seconds))
                seconds = before + time.monotonic() - started
                told = {**losses, _SECONDS: seconds, _STOP: float(asked_to_stop())}
                told = averaged(fabric, told)
                progress.seconds, stop = told.pop(_SECONDS), told.pop(_STOP) > 0
                self._note(told, progress)
                shown.update()
                end = self._over(progress)
                if end or progress.step % settings.validate_every == 0:
                    self._validate(fabric, recipe, progress, events)
                    shown.set_postfix(_shown(progress.history[-1]))
                    end = self._over(progress)
                if end or stop or progress.step % settings.checkpoint_every == 0:
                    if fabric.is_global_zero:
                        self._write_results(recipe, progress)
                    save_state(fabric, recipe, progress, self.folder, self.fingerprint)
                if stop and not end:
                    fabric.barrier()
                    return None
        fabric.barrier()
        return progress

    def _over(self, progress: Progress) -> bool:
        settings = self.settings
        return (
            settings.part(progress.step, progress.seconds) >= 1
            or 0 < settings.patience <= progress.misses
        )

    def _note(self, losses: Mapping[str, float], progress: Progress) -> None:
        progress.step += 1
        for name, value in losses.items():
            if not math.isfinite(value):
                raise not_a_number(
                    self.title, f"at step {progress.step} the loss '{name}' is {value}"
                )
            progress.sums[name] = progress.sums.get(name, 0.0) + value
        progress.summed += 1

    def _validate(
        self, fabric: Fabric, recipe: Recipe, progress: Progress, events: EventFiles | None
    ) -> None:
        means = {f"train_{name}": value / progress.summed for name, value in progress.sums.items()}
        measures = dict(fabric.broadcast(recipe.validate() if fabric.is_global_zero else {}))
        score = measures.pop("score", -float(progress.step))
        if math.isnan(score):
            raise not_a_number(self.title, f"step {progress.step} cannot be validated")
        if score < progress.best_score:
            if fabric.is_global_zero:
                recipe.save(self.folder / "best.pt")
            progress.best_score, progress.best_step, progress.misses = score, progress.step, 0
        else:
            progress.misses += 1
        row = {"step": float(progress.step), "seconds": round(progress.seconds, 2)}
        progress.history.append(row | means | {f"val_{k}": v for k, v in measures.items()})
        progress.sums, progress.summed = {}, 0
        if events:
            events.add(progress.history[-1])

    def _write_results(self, recipe: Recipe, progress: Progress) -> None:
        recipe.save(self.folder / "last.pt")
        write_history(self.folder / "history.csv", progress.history)


def _is_terminal(bar: TextIO | None) -> bool:
    return (bar or sys.stderr).isatty()


def _shown(row: Mapping[str, float]) -> dict[str, str]:
    return {k: f"{v:.4g}" for k, v in row.items() if k not in ("step", "seconds")}


@contextmanager
def _own_randomness(fabric: Fabric) -> Iterator[None]:
    """Dropout draws from torch's global generator: it is seeded for a run and put back after."""
    devices = [fabric.device] if fabric.device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        yield
