"""Training the content branch: from sequences to a checkpoint, whichever recipe."""

from pathlib import Path
from typing import TextIO

import numpy as np
import numpy.typing as npt
from lightning_fabric import Fabric

from mit_core.errors import UserError
from mit_core.models.checkpoint import load_content
from mit_core.sequences import Sequences
from mit_core.training.chunks import ChunkRecipe
from mit_core.training.content_recipe import ContentRecipe
from mit_core.training.content_settings import ContentSettings
from mit_core.training.data import feature_statistics
from mit_core.training.hardware import Hardware
from mit_core.training.loop import TrainingResult
from mit_core.training.published import PublishedRecipe
from mit_core.training.run import train_run

Array = npt.NDArray[np.floating]

_KINDS: dict[str, type[ChunkRecipe] | type[PublishedRecipe]] = {
    "chunks": ChunkRecipe,
    "published": PublishedRecipe,
}


def train_content(
    train_split: Sequences,
    val_split: Sequences,
    folder: str | Path,
    settings: ContentSettings,
    *,
    scaling: tuple[Array, Array] | None = None,
    threads: int = 1,
    hardware: Hardware = Hardware(),  # noqa: B008 (frozen)
    bar: TextIO | None = None,
    code: str = "",
    run: str = "default",
) -> TrainingResult:
    """Train the content branch, or go on with a run that was cut off.

    Writes ``best.pt``, ``last.pt`` (both ``ContentCheckpoint``), ``history.csv``, ``tensorboard``,
    ``settings.json``, ``run.json`` and ``state.pt`` into ``folder``.

    Args:
        train_split: what is learned from; at least one sequence.
        val_split: what chooses the best checkpoint; may be empty, then the last one is it.
        folder: of this run.
        settings: knobs.
        scaling: mean and standard deviation of the features, shape = (F,) each; by default they
            are taken from the training split.
        threads: CPU threads that torch may use.
        hardware: devices and precision.
        bar: where the progress bar is drawn.
        code: digest of the code that trains; a run of other code is not gone on with.
        run: the run's name.

    Raises:
        UserError: nothing to train on, wrong initial checkpoint, no such device, memory ran out,
            or the loss left the numbers.
        SystemExit: 143, after SIGTERM.
    """
    if not len(train_split) or not len(train_split.landmarks):
        raise UserError(
            "There is no training footage: no clip of the training split passed preparation. "
            "See the manifest for the reasons, or move clips to the training split."
        )
    mean, std = feature_statistics(train_split) if scaling is None else scaling
    scaling = np.asarray(mean, np.float32), np.asarray(std, np.float32)
    kind = _KINDS[settings.recipe]

    def build(fabric: Fabric) -> ContentRecipe:
        return kind(train_split, val_split, settings, fabric, scaling)

    return train_run(
        build,
        folder,
        settings,
        kind="content",
        run=run,
        train_split=train_split,
        also=(val_split, *scaling),
        load=load_content,
        threads=threads,
        hardware=hardware,
        bar=bar,
        code=code,
    )
