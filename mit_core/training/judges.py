"""The two discriminators of the speaker-aware branch, and their own training."""

from collections.abc import Mapping
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from mit_core.models.discriminators import FaceDiscriminator, MotionDiscriminator
from mit_core.training.speaker_losses import judged

_LEARNING_RATE = 1e-4
_BETAS = (0.5, 0.999)
"""Usual for discriminators (Radford et al. 2016): a long memory would judge by old predictions."""


class Judges:
    """Both discriminators with an optimiser; LSGAN (Mao et al. 2017).

    Args:
        fabric: of the process.
        seed: of the weights.
    """

    def __init__(self, fabric: Fabric, seed: int):
        self.fabric = fabric
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.networks = _Both().to(fabric.device)
        optimiser = torch.optim.Adam(self.networks.parameters(), lr=_LEARNING_RATE, betas=_BETAS)
        self.wrapped, self.optimiser = fabric.setup(self.networks, optimiser)

    def learn(self, real: Tensor, made: Tensor, code: Tensor) -> dict[str, Tensor]:
        """One step towards telling filmed landmarks from predicted ones.

        Args:
            real, made: shape = (B, T, 204), face units.
            code: shape = (B, T, 128), speaker codes.

        Returns:
            The loss of each discriminator.
        """
        with self.fabric.autocast():
            scores = self.wrapped(torch.cat([real, made]), torch.cat([code, code]))
        losses = {}
        for name, score in zip(("face", "motion"), scores, strict=True):
            on_real, on_made = score.float().chunk(2)
            losses[f"judge_{name}"] = judged((on_real,), True) + judged((on_made,), False)
        self.optimiser.zero_grad(set_to_none=True)
        self.fabric.backward(torch.stack(list(losses.values())).sum())
        self.optimiser.step()
        return losses

    def judge(self, made: Tensor, code: Tensor) -> Tensor:
        """What the predictor is to lower: how far both are from taking it for filmed."""
        # Not the wrapped ones: several processes would wait for gradients that nobody wants.
        self.networks.requires_grad_(False)
        with self.fabric.autocast():
            scores = self.networks(made, code)
        self.networks.requires_grad_(True)
        return judged(tuple(score.float() for score in scores), True)

    def state_dict(self) -> dict[str, Any]:
        """Networks and optimiser."""
        return {
            "networks": self.networks.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go back to a state."""
        self.networks.load_state_dict(state["networks"])
        self.optimiser.load_state_dict(state["optimiser"])


class _Both(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.face = FaceDiscriminator()
        self.motion = MotionDiscriminator()

    def forward(self, landmarks: Tensor, code: Tensor) -> tuple[Tensor, Tensor]:
        return self.face(landmarks), self.motion(landmarks, code)
