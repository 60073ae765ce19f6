"""The recipe that learns the content branch from minutes of footage.

Targets have a deviation near .015 face units while one Adam step at 1e-3 moves the outputs by
about .1, so the network is trained on targets scaled to 1 and the scale is folded into its last
layer afterwards. Batches are random chunks over which the LSTM runs once.
"""

import copy
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import nn

from mit_core.faces.scheme import MOUTH
from mit_core.models.content import ContentBranch
from mit_core.sequences import Sequences
from mit_core.training.content_recipe import Array, ContentRecipe, Scaling
from mit_core.training.content_settings import ContentSettings
from mit_core.training.data import ChunkSampler
from mit_core.training.hardware import clip_gradients
from mit_core.training.losses import mouth_mse
from mit_core.training.schedule import warm_cosine

_LEARNING_RATE = 1e-3
_DROPOUT = 0.3
_BETAS = (0.9, 0.99)
_GRADIENT_NORM = 1.0
_UNKNOWN_FACE = 0.5
"""How often the network is told the mean face instead of the speaker's own, so that it can be
used on a face it never saw."""
_WINDOWS_AT_ONCE, _RECALIBRATIONS = 512, 4
"""Windows that normalisation statistics come from: 2048, half a minute of speech."""


class ChunkRecipe(ContentRecipe):
    """Chunked training with AdamW, a cosine schedule and an averaged model."""

    def __init__(
        self,
        train: Sequences,
        val: Sequences,
        settings: ContentSettings,
        fabric: Fabric,
        scaling: Scaling | None = None,
    ):
        dropout = _DROPOUT if settings.dropout is None else settings.dropout
        super().__init__(train, val, settings, fabric, dropout, scaling)
        self.sampler = ChunkSampler(train, settings.predict_frame)
        self.scale = _mouth_deviation(train, self.bases)
        if settings.initial:  # its last layer speaks face units
            self.network.scale_output(1 / self.scale)
        self.averaged = copy.deepcopy(self.network).requires_grad_(False)
        matrices = [p for p in self.network.parameters() if p.ndim > 1]
        vectors = [p for p in self.network.parameters() if p.ndim <= 1]
        self.peak = _LEARNING_RATE if settings.learning_rate is None else settings.learning_rate
        optimiser = torch.optim.AdamW(
            [
                {"params": matrices, "weight_decay": settings.weight_decay},
                {"params": vectors, "weight_decay": 0.0},
            ],
            lr=self.peak,
            betas=_BETAS,
        )
        self.model, self.optimiser = fabric.setup(self.network, optimiser)
        self.model.mark_forward_method("along")

    def step(self, progress: float) -> dict[str, float]:
        """One optimiser step on a batch of chunks."""
        self.model.train()
        batch = self.sampler.chunks(self.rng, self.settings.batch_size)
        bases = self.bases[batch.sequences]
        told = np.where(
            self.rng.random((len(bases), 1)) < _UNKNOWN_FACE, self.faces.mean_face, bases
        )
        heard = self.tensor(self.heard(batch, self.rng))
        with self.fabric.autocast():  # which Fabric sees to in forward alone
            predicted = self.model.along(heard, self.tensor(told))
        target = self.tensor((batch.landmarks - bases[:, None]) / self.scale)
        loss = mouth_mse(predicted.float(), target, self.settings.mouth_weight)
        for group in self.optimiser.param_groups:
            group["lr"] = self.peak * warm_cosine(progress)
        self.optimiser.zero_grad(set_to_none=True)
        self.fabric.backward(loss)
        clip_gradients(self.fabric, self.optimiser, self.network, _GRADIENT_NORM)
        self.optimiser.step()
        self.stepped()
        self._average()
        return {"loss": loss.item()}

    @torch.no_grad()
    def usable(self) -> ContentBranch:
        """The averaged model with its own normalisation statistics, speaking face units."""
        model = copy.deepcopy(self.averaged)
        norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm1d)]
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None  # the plain mean over all batches
        model.train()
        model.bilstm.eval()  # dropout would widen the statistics
        # A stream of its own, so that looking at the model does not change the training.
        rng = np.random.default_rng([self.settings.seed, 1])
        for _ in range(_RECALIBRATIONS):
            batch = self.sampler.windows(rng, _WINDOWS_AT_ONCE)
            model(self.tensor(self.heard(batch, rng)), self.tensor(self.bases[batch.sequences]))
        for norm in norms:
            norm.momentum = 0.1
        model.scale_output(self.scale)
        return model.eval()

    def state_dict(self) -> dict[str, Any]:
        """Network, averaged network, optimiser and random stream."""
        return {
            "model": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "rng": json.dumps(self.rng.bit_generator.state),
            "steps": self._steps,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go back to a state."""
        self.network.load_state_dict(state["model"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.rng.bit_generator.state = json.loads(state["rng"])
        self._steps = state["steps"]

    @torch.no_grad()
    def _average(self) -> None:
        # An average from the first step on would drag the untrained weights along.
        decay = min(self.settings.ema, (1 + self._steps) / (4 + self._steps))
        for mean, now in zip(self.averaged.parameters(), self.network.parameters(), strict=True):
            mean.lerp_(now, 1 - decay)


def _mouth_deviation(train: Sequences, bases: Array) -> float:
    """Root mean square over the mouth's 60 coordinates of their displacement, face units."""
    columns = np.array([3 * point + axis for point in MOUTH for axis in range(3)])
    total, count = np.zeros(len(columns)), 0
    for (_, landmarks), base in zip(train, bases, strict=True):
        total += np.square(landmarks[:, columns] - base[columns]).sum(axis=0, dtype=np.float64)
        count += len(landmarks)
    return float(np.sqrt(total / max(count, 1)).mean()) or 1.0
