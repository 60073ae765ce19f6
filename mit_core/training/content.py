"""Training the content branch: from sequences to a checkpoint, whichever recipe."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

import numpy as np
import numpy.typing as npt
import torch

from mit_core.errors import UserError
from mit_core.files import write_json
from mit_core.models.checkpoint import FeatureScaling
from mit_core.sequences import Sequences
from mit_core.training.chunks import ChunkRecipe
from mit_core.training.content_settings import ContentSettings
from mit_core.training.loop import TrainingResult, train
from mit_core.training.published import PublishedRecipe

Array = npt.NDArray[np.floating]

_FINGERPRINT_ROWS = 1000
"""Rows of the data that go into its fingerprint, evenly spaced: enough to see another scaling."""

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
    device: str = "cpu",
    bar: TextIO | None = None,
    code: str = "",
) -> TrainingResult:
    """Train the content branch, or go on with a run that was cut off.

    Writes ``best.pt``, ``last.pt`` (both ``ContentCheckpoint``), ``history.csv``, ``settings.json``
    and ``state.pt`` into ``folder``.

    Args:
        train_split: what is learned from; at least one sequence.
        val_split: what chooses the best checkpoint; may be empty, then the last one is it.
        folder: of this run.
        settings: knobs.
        scaling: mean and standard deviation of the features, shape = (F,) each; by default they
            are taken from the training split.
        threads: CPU threads that torch may use.
        device: torch device, e.g. ``cpu`` or ``cuda``.
        bar: where the progress bar is drawn.
        code: digest of the code that trains; a run of other code is not gone on with.

    Raises:
        UserError: nothing to train on, wrong initial checkpoint, or the loss left the numbers.
    """
    if not len(train_split) or not len(train_split.landmarks):
        raise UserError(
            "There is no training footage: no clip of the training split passed preparation. "
            "See the manifest for the reasons, or move clips to the training split."
        )
    with limited_threads(threads):
        recipe = _KINDS[settings.recipe](train_split, val_split, settings, device, scaling)
        path = Path(folder)
        write_json(path / "settings.json", asdict(settings))
        return train(
            recipe,
            path,
            settings.loop(),
            fingerprint=_fingerprint(code, settings, recipe.scaling, train_split, val_split),
            bar=bar,
        )


@contextmanager
def limited_threads(threads: int) -> Iterator[None]:
    """Let torch use this many CPU threads inside the block."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _fingerprint(
    code: str, settings: ContentSettings, scaling: FeatureScaling, *splits: Sequences
) -> str:
    digest = hashlib.sha256(json.dumps([code, asdict(settings)], sort_keys=True).encode())
    digest.update(np.concatenate([scaling.mean, scaling.std]).tobytes())
    if settings.initial:
        digest.update(Path(settings.initial).read_bytes())
    for split in splits:
        digest.update("\n".join((*split.names, *split.speakers)).encode())
        digest.update(np.asarray(split.offsets).tobytes())
        digest.update(split.digest.encode())
        digest.update(np.ascontiguousarray(split.faces).tobytes())
        rows = np.unique(np.linspace(0, len(split.landmarks) - 1, _FINGERPRINT_ROWS).astype(int))
        if len(split.landmarks):
            digest.update(np.ascontiguousarray(split.landmarks[rows]).tobytes())
            digest.update(np.ascontiguousarray(split.features[rows]).tobytes())
    return digest.hexdigest()
