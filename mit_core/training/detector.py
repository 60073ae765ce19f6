"""Training a landmark detector on the corpus's own landmarks, on hand-marked drawings, or both."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import numpy as np
import torch
from lightning_fabric import Fabric

from mit_core.errors import UserError
from mit_core.faces.scheme import N_POINTS
from mit_core.models.awing import AwingDims, AwingNetwork
from mit_core.models.awing_checkpoint import load_awing
from mit_core.training.detector_augmentation import cut_face
from mit_core.training.detector_recipe import DetectorRecipe
from mit_core.training.detector_settings import DetectorSettings
from mit_core.training.footage import Footage
from mit_core.training.hardware import Hardware
from mit_core.training.loop import TrainingResult
from mit_core.training.marked_faces import (
    AIR,
    MarkedFaces,
    faces_of_drawings,
    faces_of_footage,
    no_faces,
)
from mit_core.training.run import train_run

FOOTAGE, DRAWINGS, SHOWN_DRAWINGS = "footage", "drawings", "drawings_shown"

_EVERY_FIFTH = 5
"""Every so many drawings one is held out; of fewer, all are learned from."""
_VIEWS = 8
"""Of each drawing, turned and moved, that validate where none is held out."""
_VALIDATION_FRAMES = 100


def train_detector(
    train_split: Footage | None,
    val_split: Footage | None,
    drawings: Sequence[str | Path],
    folder: str | Path,
    settings: DetectorSettings,
    *,
    threads: int = 1,
    hardware: Hardware = Hardware(),  # noqa: B008 (frozen)
    bar: TextIO | None = None,
    code: str = "",
    run: str = "default",
) -> TrainingResult:
    """Train a detector of 68 landmarks, or go on with a run that was cut off.

    Writes what ``train_run`` writes; ``best.pt`` and ``last.pt`` are ``AwingCheckpoint``, which
    the landmark backend ``adaptive_wing`` takes for its weights. Validation measures errors over
    the outer-eye distance: ``nme_footage`` on the validation split, ``nme_drawings`` on every fifth
    drawing, which is held out; of fewer than five drawings ``nme_drawings_shown``, on other views
    of those that were learned from.

    Args:
        train_split: footage whose own landmarks are learned; None for drawings alone.
        val_split: footage that validates; None or empty for none.
        drawings: hand-marked pictures, each with NAME.landmarks.tsv beside it; may be none.
        folder: of this run.
        settings: knobs.
        threads: CPU threads that torch may use.
        hardware: devices and precision.
        bar: where the progress bar is drawn.
        code: digest of the code that trains; a run of other code is not gone on with.
        run: the run's name.

    Raises:
        UserError: nothing to learn from, a drawing or its table cannot be read, wrong initial
            checkpoint, no such device, memory ran out, or the loss left the numbers.
        SystemExit: 143, after SIGTERM.
    """
    network, settings = _start(settings)
    side = round(settings.size * AIR / settings.margin)
    faces, held_out = _split_drawings(faces_of_drawings(drawings, side), settings, side)
    if train_split is not None and len(train_split.landmarks):
        faces[FOOTAGE] = faces_of_footage(train_split, settings.frames, side)
    if val_split is not None and len(val_split.landmarks):
        held_out[FOOTAGE] = faces_of_footage(val_split, _VALIDATION_FRAMES, side)
    if not faces:
        raise UserError(
            "There is nothing to train a detector on: give prepared footage, or pictures with "
            "their landmarks beside them (NAME.landmarks.tsv)."
        )
    shares = dict.fromkeys(faces, 1.0)
    if len(faces) > 1:
        shares = {DRAWINGS: settings.drawing_share, FOOTAGE: 1 - settings.drawing_share}

    def build(fabric: Fabric) -> DetectorRecipe:
        return DetectorRecipe(network, faces, shares, held_out, settings, fabric)

    everything = sum(faces.values(), no_faces(side))
    return train_run(
        build,
        folder,
        settings,
        kind="detector",
        run=run,
        train_split=everything,
        also=[each for kind in sorted(held_out) for each in _arrays(held_out[kind])],
        load=load_awing,
        threads=threads,
        hardware=hardware,
        bar=bar,
        code=code,
    )


def _start(settings: DetectorSettings) -> tuple[AwingNetwork, DetectorSettings]:
    """The network to begin with, and the settings with its own sizes."""
    if settings.initial:
        known = load_awing(settings.initial)
        if known.points != N_POINTS:
            raise UserError(
                f"{settings.initial} finds {known.points} landmarks, and a detector of {N_POINTS} "
                "is trained: give a checkpoint that train_detector wrote, or null to start afresh."
            )
        dims = known.model.dims
        return known.model, replace(
            settings, size=known.size, margin=known.margin, stacks=dims.stacks, width=dims.width
        )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        return AwingNetwork(AwingDims(N_POINTS, settings.stacks, settings.width)), settings


def _split_drawings(
    drawn: MarkedFaces, settings: DetectorSettings, side: int
) -> tuple[dict[str, MarkedFaces], dict[str, MarkedFaces]]:
    """Drawings to learn from, and to validate by."""
    if not len(drawn):
        return {}, {}
    numbers = np.arange(len(drawn))
    if len(drawn) < _EVERY_FIFTH:
        return {DRAWINGS: drawn}, {SHOWN_DRAWINGS: _views(drawn, settings, side)}
    out = numbers % _EVERY_FIFTH == _EVERY_FIFTH - 1
    kept, away = (drawn.only(numbers[each].tolist()) for each in (~out, out))
    return {DRAWINGS: kept}, {DRAWINGS: away}


def _views(drawn: MarkedFaces, settings: DetectorSettings, side: int) -> MarkedFaces:
    rng = np.random.default_rng(settings.seed)
    seen = [
        cut_face(drawn.crops[number], drawn.points[number], side, AIR, rng)
        for number in range(len(drawn))
        for _ in range(_VIEWS)
    ]
    names = tuple(name for name in drawn.speakers for _ in range(_VIEWS))
    points = np.stack([view[1] for view in seen]).astype(np.float32)
    return MarkedFaces(np.stack([view[0] for view in seen]), points, names)


def _arrays(faces: MarkedFaces) -> tuple[np.ndarray, np.ndarray]:
    return faces.crops, faces.points
