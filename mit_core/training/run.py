"""What the training of every network has in common: its folder, its state, its record."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol, TextIO

import numpy as np
from lightning_fabric import Fabric
from torch import nn

from mit_core.files import write_json
from mit_core.training.fingerprint import Split, run_fingerprint
from mit_core.training.hardware import Hardware, limited_threads
from mit_core.training.loop import TrainingResult, train
from mit_core.training.loop_settings import LoopSettings
from mit_core.training.recipe import Recipe
from mit_core.training.record import write_record


class RunSettings(Protocol):
    """Knobs of a recipe: a dataclass that knows its part of the loop."""

    def loop(self) -> LoopSettings:
        """The part of the settings that the training loop reads."""


class _Checkpoint(Protocol):
    @property
    def model(self) -> nn.Module: ...


def train_run(
    build: Callable[[Fabric], Recipe],
    folder: str | Path,
    settings: RunSettings,
    *,
    kind: str,
    run: str,
    train_split: Split,
    also: Sequence[Split | np.ndarray] = (),
    load: Callable[[Path], _Checkpoint],
    threads: int,
    hardware: Hardware,
    bar: TextIO | None,
    code: str,
) -> TrainingResult:
    """Train a recipe, or go on with a run of it that was cut off.

    Writes ``best.pt``, ``last.pt``, ``history.csv``, ``tensorboard``, ``settings.json``,
    ``run.json`` and ``state.pt`` into ``folder``.

    Args:
        build: makes the recipe with a Fabric.
        folder: of this run.
        settings: knobs, a dataclass.
        kind: of the network: ``content``, ``speaker``, ``autovc``, ``translation`` ...
        run: the run's name.
        train_split: what is learned from.
        also: the other splits and arrays that the run depends on.
        load: reads the best checkpoint; its model's parameters are counted.
        threads: CPU threads that torch may use.
        hardware: devices and precision.
        bar: where the progress bar is drawn.
        code: digest of the code that trains; a run of other code is not gone on with.

    Raises:
        UserError: wrong initial checkpoint, no such device, memory ran out, or the loss left the
            numbers.
        SystemExit: 143, after SIGTERM.
    """
    path = Path(folder)
    values: Any = settings
    write_json(path / "settings.json", asdict(values))
    with limited_threads(threads):
        result = train(
            build,
            path,
            settings.loop(),
            hardware=hardware,
            fingerprint=run_fingerprint(code, settings, train_split, *also),
            bar=bar,
            title=f"{kind} {run}",
        )
    write_record(
        result,
        kind=kind,
        run=run,
        train_split=train_split,
        settings=settings,
        hardware=hardware,
        model=load(result.best).model,
    )
    return result
