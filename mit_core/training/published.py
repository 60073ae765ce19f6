"""MakeItTalk's own recipe for the content branch (Zhou et al. 2020; hours of footage)."""

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import nn

from mit_core.models.content import ContentBranch
from mit_core.models.windows import windows
from mit_core.sequences import Sequences
from mit_core.training.content_recipe import ContentRecipe, Scaling
from mit_core.training.content_settings import ContentSettings
from mit_core.training.losses import content_loss

_LEARNING_RATE = 1e-4
_DROPOUT = 0.5
_MOST_WINDOWS = 512
_JITTER = 0.2
"""A clip's start is moved by up to this part of its length."""


class PublishedRecipe(ContentRecipe):
    """One clip a step, weighted L1 and Laplacian, Adam; clips in a new random order each epoch."""

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
        rate = _LEARNING_RATE if settings.learning_rate is None else settings.learning_rate
        optimiser = torch.optim.Adam(self.network.parameters(), lr=rate)
        self.model, self.optimiser = fabric.setup(self.network, optimiser)
        self.clips = [i for i in range(len(train)) if train.offsets[i + 1] - train.offsets[i] > 1]
        self.queue: list[int] = []

    def step(self, progress: float) -> dict[str, float]:
        """One optimiser step on consecutive windows of one clip."""
        if not self.queue:
            self.queue = [self.clips[i] for i in self.rng.permutation(len(self.clips))]
        index = self.queue.pop()
        span = self.train.span(index)
        length = span.stop - span.start
        start = span.start + int(self.rng.random() * _JITTER * length)
        span = slice(start, min(start + _MOST_WINDOWS, span.stop))
        loss = published_step(
            self.model,
            self.optimiser,
            self.tensor(windows(self._features(index, span), self.settings.predict_frame)),
            self.tensor(self.bases[index][None]),
            self.tensor(self.train.landmarks[span]),
            self.fabric.backward,
        )
        self.stepped()
        return {"loss": loss}

    def usable(self) -> ContentBranch:
        """The network as it stands."""
        return copy.deepcopy(self.network).eval()

    def state_dict(self) -> dict[str, Any]:
        """Network, optimiser, random stream and the clips still to come in this epoch."""
        return {
            "model": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "rng": json.dumps(self.rng.bit_generator.state),
            "queue": list(self.queue),
            "steps": self._steps,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go back to a state."""
        self.network.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.rng.bit_generator.state = json.loads(state["rng"])
        self.queue = list(state["queue"])
        self._steps = state["steps"]

    def _features(self, index: int, span: slice) -> np.ndarray:
        row = index if self.settings.by_utterance else 0
        features = np.asarray(self.train.features[span])
        return (features - self._means[row]) / self._stds[row]


def published_step(
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    heard: torch.Tensor,
    face: torch.Tensor,
    landmarks: torch.Tensor,
    backward: Callable[[torch.Tensor], None] = torch.Tensor.backward,
) -> float:
    """One step of the published training; returns its loss.

    Args:
        heard: shape = (N, 18, F), standardised windows.
        face: shape = (1, 204), what displacements are measured from.
        landmarks: shape = (N, 204), the truth.
        backward: fills the gradients from the loss.
    """
    model.train()
    loss = content_loss(model(heard, face) + face, landmarks)
    optimiser.zero_grad(set_to_none=True)
    backward(loss)
    optimiser.step()
    return float(loss.item())
