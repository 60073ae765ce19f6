"""Training the speaker-aware branch: from sequences to a checkpoint."""

from pathlib import Path
from typing import TextIO

import numpy as np
from lightning_fabric import Fabric

from mit_core.errors import UserError
from mit_core.models.checkpoint import FeatureScaling, load_content
from mit_core.models.speaker_checkpoint import load_speaker
from mit_core.sequences import Sequences
from mit_core.training.data import feature_statistics
from mit_core.training.hardware import Hardware
from mit_core.training.loop import TrainingResult
from mit_core.training.run import train_run
from mit_core.training.speaker_recipe import SpeakerRecipe
from mit_core.training.speaker_settings import SpeakerSettings

_PREDICT_FRAME = 12
"""Of the 18-frame window, where no content branch says: 0.19 s before and 0.08 s after."""


def train_speaker(
    train_split: Sequences,
    val_split: Sequences,
    folder: str | Path,
    settings: SpeakerSettings,
    *,
    content: Path | None = None,
    threads: int = 1,
    hardware: Hardware = Hardware(),  # noqa: B008 (frozen)
    bar: TextIO | None = None,
    code: str = "",
    run: str = "default",
) -> TrainingResult:
    """Train the speaker-aware branch, or go on with a run that was cut off.

    Writes ``best.pt``, ``last.pt`` (both ``SpeakerCheckpoint``), ``history.csv``, ``tensorboard``,
    ``settings.json``, ``run.json`` and ``state.pt`` into ``folder``.

    Args:
        train_split: what is learned from; at least one sequence.
        val_split: what chooses the best checkpoint; may be empty, then the last one is it.
        folder: of this run.
        settings: knobs.
        content: a trained content branch, whose LSTM is the start and whose window is shared.
        threads: CPU threads that torch may use.
        hardware: devices and precision.
        bar: where the progress bar is drawn.
        code: digest of the code that trains; a run of other code is not gone on with.
        run: the run's name.

    Raises:
        UserError: nothing to train on, a checkpoint of another kind or feature, no such device,
            memory ran out, or the loss left the numbers.
        SystemExit: 143, after SIGTERM.
    """
    if not len(train_split) or not len(train_split.landmarks):
        raise UserError(
            "There is no footage to train the speaker-aware branch on: no clip of the training "
            "split passed preparation. See the manifest for the reasons, or move clips to the "
            "training split."
        )
    predict_frame = _PREDICT_FRAME
    start = np.zeros(0, np.uint8)
    if content is not None:
        branch = load_content(content)
        predict_frame = branch.predict_frame
        if branch.feature != train_split.feature:
            raise UserError(
                f"{content} hears {branch.feature}, but the corpus's feature is "
                f"{train_split.feature}: train the content branch on this corpus first."
            )
        start = np.concatenate(
            [value.numpy().ravel() for value in branch.model.state_dict().values()]
        )
    mean, std = feature_statistics(train_split)
    scaling = FeatureScaling(mean, std, settings.by_utterance)

    def build(fabric: Fabric) -> SpeakerRecipe:
        return SpeakerRecipe(
            train_split, val_split, settings, fabric, scaling, predict_frame, content
        )

    return train_run(
        build,
        folder,
        settings,
        kind="speaker",
        run=run,
        train_split=train_split,
        also=(val_split, start),
        load=load_speaker,
        threads=threads,
        hardware=hardware,
        bar=bar,
        code=code,
    )
