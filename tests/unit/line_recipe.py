"""The smallest recipe that uses all that the loop keeps: a line fitted by noisy gradient steps."""

import json
from collections.abc import Callable
from pathlib import Path

import torch
from lightning_fabric import Fabric

from mit_core.training.hardware import batch_generator

ROWS = 8


class LineRecipe:
    """Fits y = a x: batches from numpy's stream, noise from torch's, momentum in the optimiser.

    Args:
        shared: every process takes its share of the same rows, without noise, so that several
            processes must do what one does.
        before_step: called with the number of steps taken.
    """

    def __init__(
        self, fabric: Fabric, shared=False, before_step: Callable[[int], None] | None = None
    ):
        self.fabric, self.shared, self.before_step = fabric, shared, before_step
        self.network = torch.nn.Linear(3, 1)
        optimiser = torch.optim.SGD(self.network.parameters(), lr=0.02, momentum=0.9)
        self.model, self.optimiser = fabric.setup(self.network, optimiser)
        seed = 0
        self.rng = batch_generator(fabric, seed)
        if shared:
            self.rng = batch_generator(Fabric(accelerator="cpu", devices=1), seed)
        self.steps = 0

    def step(self, progress: float) -> dict[str, float]:
        if self.before_step:
            self.before_step(self.steps)
        x = torch.from_numpy(self.rng.standard_normal((ROWS, 3), dtype="float32"))
        if self.shared:
            x = x[self.fabric.global_rank :: self.fabric.world_size]
        else:
            x = x + 0.1 * torch.randn_like(x)
        loss = (self.model(x) - x.sum(dim=1, keepdim=True)).square().mean()
        self.optimiser.zero_grad()
        self.fabric.backward(loss)
        self.optimiser.step()
        self.steps += 1
        return {"loss": loss.item()}

    def validate(self) -> dict[str, float]:
        error = (self.network.weight - 1).abs().sum().item()
        return {"score": error, "error": error}

    def save(self, path: Path) -> None:
        torch.save({"model": self.network.state_dict()}, path)

    def state_dict(self) -> dict:
        weights = self.network.state_dict()
        return {
            "model": weights,
            "optimiser": self.optimiser.state_dict(),
            "rng": json.dumps(self.rng.bit_generator.state),
            "steps": self.steps,
            "weights of this process": weights["weight"].ravel().tolist(),
        }

    def load_state_dict(self, state: dict) -> None:
        self.network.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.rng.bit_generator.state = json.loads(state["rng"])
        self.steps = state["steps"]


def weights(path: Path) -> list[float]:
    """Of a file that ``save`` wrote."""
    return torch.load(path, weights_only=True)["model"]["weight"].ravel().tolist()
