"""The recipe of a landmark detector: heatmaps of turned and recoloured faces."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric

from mit_core.models.awing import AwingNetwork
from mit_core.models.awing_checkpoint import AwingCheckpoint, network_input
from mit_core.training.detector_augmentation import cut_face, recoloured
from mit_core.training.detector_losses import heatmap_loss
from mit_core.training.detector_settings import DetectorSettings
from mit_core.training.detector_targets import target_heatmaps
from mit_core.training.detector_validation import detection_errors
from mit_core.training.hardware import batch_generator, clip_gradients
from mit_core.training.marked_faces import MarkedFaces
from mit_core.training.schedule import warm_cosine

_GRADIENT_NORM = 5.0


class DetectorRecipe:
    """Training with AdamW and a cosine schedule; the loss is the mean over hourglasses.

    Args:
        network: to be trained.
        faces: what is learned from, by kind; each has one face at least.
        shares: part of a batch that each kind has.
        held_out: what validates, by kind; may be empty.
        settings: knobs, with the network's own sizes.
        fabric: of the process.
    """

    def __init__(
        self,
        network: AwingNetwork,
        faces: Mapping[str, MarkedFaces],
        shares: Mapping[str, float],
        held_out: Mapping[str, MarkedFaces],
        settings: DetectorSettings,
        fabric: Fabric,
    ):
        self.faces, self.shares, self.held_out = faces, shares, held_out
        self.settings, self.fabric = settings, fabric
        self.network = network.to(fabric.device).train()
        self.rng = batch_generator(fabric, settings.seed)
        self.measures: dict[str, float] = {}
        matrices = [p for p in self.network.parameters() if p.ndim > 1]
        vectors = [p for p in self.network.parameters() if p.ndim <= 1]
        optimiser = torch.optim.AdamW(
            [
                {"params": matrices, "weight_decay": settings.weight_decay},
                {"params": vectors, "weight_decay": 0.0},
            ],
            lr=settings.learning_rate,
        )
        self.model, self.optimiser = fabric.setup(self.network, optimiser)

    def step(self, progress: float) -> dict[str, float]:
        """One optimiser step on a batch of faces."""
        images, truth = self._batch()
        stages = self.model(images).stages
        loss = torch.stack([heatmap_loss(stage.float(), truth) for stage in stages]).mean()
        for group in self.optimiser.param_groups:
            group["lr"] = self.settings.learning_rate * warm_cosine(progress)
        self.optimiser.zero_grad(set_to_none=True)
        self.fabric.backward(loss)
        clip_gradients(self.fabric, self.optimiser, self.network, _GRADIENT_NORM)
        self.optimiser.step()
        return {"loss": loss.item()}

    def validate(self) -> dict[str, float]:
        """Normalised mean errors ``nme_{kind}``; the score is the mean over kinds."""
        checkpoint = self._checkpoint()
        errors = {
            f"nme_{kind}": detection_errors(checkpoint, faces)
            for kind, faces in self.held_out.items()
        }
        self.network.train()
        if errors:
            self.measures = {**errors, "score": float(np.mean(list(errors.values())))}
        return self.measures

    def save(self, path: Path) -> None:
        """Write the network as it would be used now."""
        self._checkpoint().save(path)
        self.network.train()

    def state_dict(self) -> dict[str, Any]:
        """Network, optimiser and random stream."""
        return {
            "model": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "rng": json.dumps(self.rng.bit_generator.state),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go back to a state."""
        self.network.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.rng.bit_generator.state = json.loads(state["rng"])

    def _batch(self) -> tuple[torch.Tensor, torch.Tensor]:
        settings, rng = self.settings, self.rng
        kinds, chances = list(self.shares), list(self.shares.values())
        images, points = [], []
        for kind in rng.choice(len(kinds), settings.batch_size, p=chances):
            faces = self.faces[kinds[kind]]
            number = int(rng.integers(len(faces)))
            crop, known = faces.crops[number], faces.points[number]
            image, moved = cut_face(crop, known, settings.size, settings.margin, rng)
            images.append(recoloured(image, settings.drawn_look, rng))
            points.append(moved)
        truth = target_heatmaps(np.stack(points), settings.size)
        device = self.fabric.device
        return network_input(np.stack(images)).to(device), truth.to(device)

    def _checkpoint(self) -> AwingCheckpoint:
        return AwingCheckpoint(
            model=self.network.eval(),
            size=self.settings.size,
            margin=self.settings.margin,
            settings=asdict(self.settings),
            measures=self.measures,
        )
