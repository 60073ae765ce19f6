"""Training AutoVC: from speech to a checkpoint."""

from pathlib import Path
from typing import TextIO

from lightning_fabric import Fabric

from mit_core.errors import UserError
from mit_core.models.autovc_checkpoint import load_autovc
from mit_core.sequences import Voices
from mit_core.training.autovc_recipe import AutoVCRecipe
from mit_core.training.autovc_settings import AutoVCSettings
from mit_core.training.hardware import Hardware
from mit_core.training.loop import TrainingResult
from mit_core.training.run import train_run


def train_autovc(
    train_split: Voices,
    val_split: Voices,
    folder: str | Path,
    settings: AutoVCSettings,
    *,
    threads: int = 1,
    hardware: Hardware = Hardware(),  # noqa: B008 (frozen)
    bar: TextIO | None = None,
    code: str = "",
    run: str = "default",
) -> TrainingResult:
    """Train AutoVC, or go on with a run that was cut off.

    Writes ``best.pt``, ``last.pt`` (both ``AutoVCCheckpoint``), ``history.csv``, ``tensorboard``,
    ``settings.json``, ``run.json`` and ``state.pt`` into ``folder``.

    Args:
        train_split: what is learned from; at least one recording.
        val_split: what chooses the best checkpoint; may be empty, then the last one is it.
        folder: of this run.
        settings: knobs.
        threads: CPU threads that torch may use.
        hardware: devices and precision.
        bar: where the progress bar is drawn.
        code: digest of the code that trains; a run of other code is not gone on with.
        run: the run's name.

    Raises:
        UserError: nothing to train on, no such target, wrong initial checkpoint, no such device,
            memory ran out, or the loss left the numbers.
        SystemExit: 143, after SIGTERM.
    """
    if not len(train_split) or not len(train_split.mel):
        raise UserError(
            "There is no speech to train AutoVC on: no clip of the training split passed "
            "preparation. See the manifest for the reasons, or move clips to the training split."
        )

    def build(fabric: Fabric) -> AutoVCRecipe:
        return AutoVCRecipe(train_split, val_split, settings, fabric)

    return train_run(
        build,
        folder,
        settings,
        kind="autovc",
        run=run,
        train_split=train_split,
        also=(val_split,),
        load=load_autovc,
        threads=threads,
        hardware=hardware,
        bar=bar,
        code=code,
    )
