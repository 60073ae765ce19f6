"""The recipe of the networks that draw frames: refinement of the warp, and translation.

A pair is two frames of one stretch of footage: the sketch of one and the other one, warped
(refinement) or as it is (translation), become the first.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor

from mit_core.errors import UserError
from mit_core.models.translation_checkpoint import (
    TranslationCheckpoint,
    load_translation,
    make_network,
)
from mit_core.training.ahead import Ahead
from mit_core.training.footage import Footage
from mit_core.training.frame_pool import FramePool
from mit_core.training.hardware import clip_gradients
from mit_core.training.pairs import PairSampler, take_pairs
from mit_core.training.sample_sheet import write_samples
from mit_core.training.schedule import warm_cosine
from mit_core.training.translation_losses import FrameLoss
from mit_core.training.translation_settings import RefinementSettings
from mit_core.training.translation_validation import (
    FRAMES_OF_A_CLIP,
    draw_pairs,
    held_out_pairs,
    validate_pairs,
)

_BETAS = (0.9, 0.99)
_GRADIENT_NORM = 1.0
_POINTS = 68  # of the sketches that a corpus of 68 landmarks can give
_ROWS = 8  # of a sample sheet


class TranslationRecipe:
    """Training on pairs of frames with AdamW and a cosine schedule.

    Args:
        train: the training split.
        val: the validation split; may be empty.
        settings: knobs, of the kind that is trained.
        fabric: of the process.
        folder: of the run, for the sample sheets.

    Raises:
        UserError: an initial checkpoint of another kind, missing weights of a feature network.
    """

    def __init__(
        self,
        train: Footage,
        val: Footage,
        settings: RefinementSettings,
        fabric: Fabric,
        folder: Path,
    ):
        self.settings, self.fabric, self.folder = settings, fabric, folder
        self.checkpoint = _start(settings)
        self.network = self.checkpoint.model.to(fabric.device).train()
        self.losses = FrameLoss(settings).to(fabric.device)
        pool = FramePool(
            train,
            size=settings.size,
            scale=settings.crop,
            sources=settings.sources,
            warped=settings.kind == "refinement",
            megabytes=settings.pool_mb,
            seed=[settings.seed, fabric.global_rank],
        )
        self.sampler = PairSampler(pool, settings.batch_size, settings.gain, settings.mirror)
        spare = torch.get_num_threads() > 1 or fabric.device.type != "cpu"
        self.batches = Ahead(self.sampler.batch, background=spare)
        self.held_out = held_out_pairs(val, settings) if len(val) else None
        matrices = [p for p in self.network.parameters() if p.ndim > 1]
        vectors = [p for p in self.network.parameters() if p.ndim <= 1]
        optimiser = torch.optim.AdamW(
            [
                {"params": matrices, "weight_decay": settings.weight_decay},
                {"params": vectors, "weight_decay": 0.0},
            ],
            lr=settings.learning_rate,
            betas=_BETAS,
        )
        self.model, self.optimiser = fabric.setup(self.network, optimiser)
        self._steps = 0

    def step(self, progress: float) -> dict[str, float]:
        """One optimiser step on a batch of pairs."""
        self.model.train()
        pairs = self.batches.get(self._steps)
        inputs = self.checkpoint.inputs(pairs.sketches, pairs.seconds)
        made = self.model(inputs).float()
        if self.settings.kind == "translation":
            # Not cut to 0..1 as frames are: where it is cut, nothing could be learned.
            made = torch.tanh(made).flip(1)
        losses = self.losses(made, self._pictures(pairs.truths), self._tensor(pairs.landmarks))
        for group in self.optimiser.param_groups:
            group["lr"] = self.settings.learning_rate * warm_cosine(progress)
        self.optimiser.zero_grad(set_to_none=True)
        self.fabric.backward(losses["loss"])
        clip_gradients(self.fabric, self.optimiser, self.network, _GRADIENT_NORM)
        self.optimiser.step()
        self._steps += 1
        return {name: value.item() for name, value in losses.items()}

    def validate(self) -> dict[str, float]:
        """How well held-out frames are drawn; writes the sample sheet, without any held out ones
        of training pairs."""
        self.network.eval()
        pairs = self.held_out
        if pairs is None:
            # the sampler itself is at work in the thread that makes batches
            pairs = self.batches.get(self._steps)
            shown = np.arange(min(_ROWS, len(pairs.truths)))
        else:
            shown = np.arange(FRAMES_OF_A_CLIP - 1, len(pairs.truths), FRAMES_OF_A_CLIP)[:_ROWS]
        made = draw_pairs(self.checkpoint, pairs)
        kind = self.settings.kind
        write_samples(self.folder, self._steps, kind, take_pairs(pairs, shown), made[shown])
        if self.held_out is None:
            return {}
        measures = validate_pairs(made, pairs)
        self.checkpoint = replace(self.checkpoint, measures=measures)
        return measures

    def save(self, path: Path) -> None:
        """Write the network as it would be used now."""
        self.checkpoint.save(path)

    def state_dict(self) -> dict[str, Any]:
        """Network, optimiser and how many steps were taken, which the batches follow from."""
        return {
            "model": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "steps": self._steps,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go back to a state."""
        self.network.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self._steps = state["steps"]

    def _pictures(self, pictures: np.ndarray) -> Tensor:
        """Pictures uint8 (N, S, S, 3) as (N, 3, S, S), 0..1."""
        return self._tensor(pictures).permute(0, 3, 1, 2).float() / 255

    def _tensor(self, array: np.ndarray) -> Tensor:
        return torch.from_numpy(array).to(self.fabric.device)


def _start(settings: RefinementSettings) -> TranslationCheckpoint:
    """The network to begin with."""
    if settings.initial is None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            model = make_network(settings.kind, settings.widths)
    else:
        given = load_translation(settings.initial)
        if given.kind != settings.kind or given.points != _POINTS:
            raise UserError(
                f"initial: {settings.initial} is a {given.kind} network for sketches of "
                f"{given.points} points; give a {settings.kind} network for {_POINTS} points, "
                "which this corpus has."
            )
        model = given.model
        if settings.size % model.multiple:
            raise UserError(
                f"size is {settings.size}: the network of {settings.initial} wants a multiple of "
                f"{model.multiple}."
            )
    return TranslationCheckpoint(
        kind=settings.kind,
        model=model,
        size=settings.size,
        crop=settings.crop,
        points=_POINTS,
        settings=asdict(settings),
    )
