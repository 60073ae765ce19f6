"""Training refinement and translation networks: from footage to a checkpoint."""

from pathlib import Path
from typing import TextIO

from lightning_fabric import Fabric

from mit_core.errors import UserError
from mit_core.models.translation_checkpoint import load_translation
from mit_core.training.footage import Footage
from mit_core.training.hardware import Hardware
from mit_core.training.loop import TrainingResult
from mit_core.training.run import train_run
from mit_core.training.translation_recipe import TranslationRecipe
from mit_core.training.translation_settings import RefinementSettings


def train_translation(
    train_split: Footage,
    val_split: Footage,
    folder: str | Path,
    settings: RefinementSettings,
    *,
    threads: int = 1,
    hardware: Hardware = Hardware(),  # noqa: B008 (frozen)
    bar: TextIO | None = None,
    code: str = "",
    run: str = "default",
) -> TrainingResult:
    """Train a network that draws frames, or go on with a run that was cut off.

    Writes ``best.pt``, ``last.pt`` (both ``TranslationCheckpoint``), ``history.csv``,
    ``tensorboard``, ``settings.json``, ``run.json``, ``state.pt``, ``samples.png`` and
    ``samples/step_*.png`` (a sheet a validation) into ``folder``.

    Args:
        train_split: what is learned from; at least one stretch.
        val_split: what chooses the best checkpoint; may be empty, then the last one is it.
        folder: of this run.
        settings: knobs; ``RefinementSettings`` or ``TranslationSettings`` decide what is trained.
        threads: CPU threads that torch may use; with two or more, and on a GPU, batches are made
            in a thread beside them.
        hardware: devices and precision.
        bar: where the progress bar is drawn.
        code: digest of the code that trains; a run of other code is not gone on with.
        run: the run's name.

    Raises:
        UserError: nothing to train on, wrong initial checkpoint, no such device, memory ran out,
            or the loss left the numbers.
        SystemExit: 143, after SIGTERM.
    """
    if not len(train_split):
        raise UserError(
            f"There is no footage to train the {settings.kind} network on: no clip of the training "
            "split passed preparation. See the manifest for the reasons, or move clips to the "
            "training split."
        )
    path = Path(folder)

    def build(fabric: Fabric) -> TranslationRecipe:
        return TranslationRecipe(train_split, val_split, settings, fabric, path)

    return train_run(
        build,
        path,
        settings,
        kind=settings.kind,
        run=run,
        train_split=train_split,
        also=(val_split,),
        load=load_translation,
        threads=threads,
        hardware=hardware,
        bar=bar,
        code=code,
    )
