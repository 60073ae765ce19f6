"""The recipe of AutoVC: say again what was said, by the same speaker (Qian et al. 2019).

What converts voices is the narrow code between encoder and decoder: the speaker does not fit
through it, so the decoder takes the speaker from what it is told. The mel is standardised by band,
which the published network's is not; without that, minutes of speech do not suffice.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch.nn import functional

from mit_core.models.autovc import AutoVC, AutoVCDims
from mit_core.models.autovc_checkpoint import AutoVCCheckpoint, load_autovc_start
from mit_core.models.voice_target import voice_named
from mit_core.sequences import Voices
from mit_core.training.autovc_settings import AutoVCSettings
from mit_core.training.autovc_validation import validate_autovc
from mit_core.training.hardware import batch_generator, clip_gradients
from mit_core.training.schedule import warm_cosine
from mit_core.training.utterances import (
    CropSampler,
    frames_of_speakers,
    mean_embeddings,
    mel_statistics,
    told_embeddings,
)

_DIMS = {
    # Measured on 6 minutes of 3 voices after 80 CPU-seconds: held-out error .24 of the variance;
    # with 2 decoder layers .28, and with a code every 16 frames besides .41.
    "small": AutoVCDims(width=256, code_every=8, hidden=256, layers=1),
    "published": AutoVCDims(),
}
_LEARNING_RATES = {"small": 2e-3, "published": 1e-4}
_BETAS = (0.9, 0.99)
_GRADIENT_NORM = 1.0


class AutoVCRecipe:
    """Training on random crops, speakers alike, with AdamW and a cosine schedule.

    Args:
        train: the training split, which every statistic comes from.
        val: the validation split; may be empty.
        settings: knobs.
        fabric: of the process.
    """

    def __init__(self, train: Voices, val: Voices, settings: AutoVCSettings, fabric: Fabric):
        self.val, self.settings, self.fabric = val, settings, fabric
        self.speakers = mean_embeddings(train)
        self.target_name, self.target = _target(train, self.speakers, settings.target)
        self.network, self.mean, self.std = _start(train, settings)
        self.network.to(fabric.device).train()
        self.told = told_embeddings(train, self.speakers)
        self.own = np.array(train.embeddings, np.float32)
        self.sampler = CropSampler(train, settings.crop)
        self.rng = batch_generator(fabric, settings.seed)
        # By the network's own size, which an initial checkpoint may have brought.
        size = "published" if self.network.dims == _DIMS["published"] else "small"
        rate = settings.learning_rate
        self.peak = _LEARNING_RATES[size] if rate is None else rate
        matrices = [p for p in self.network.parameters() if p.ndim > 1]
        vectors = [p for p in self.network.parameters() if p.ndim <= 1]
        optimiser = torch.optim.AdamW(
            [
                {"params": matrices, "weight_decay": settings.weight_decay},
                {"params": vectors, "weight_decay": 0.0},
            ],
            lr=self.peak,
            betas=_BETAS,
        )
        self.model, self.optimiser = fabric.setup(self.network, optimiser)
        self.model.mark_forward_method("reconstruct")

    def step(self, progress: float) -> dict[str, float]:
        """One optimiser step on a batch of crops."""
        crops = self.sampler.draw(self.rng, self.settings.batch_size)
        mel = self._tensor((crops.mel - self.mean) / self.std)
        source, target = (self._tensor(v[crops.recordings]) for v in (self.own, self.told))
        pitch = torch.from_numpy(crops.f0).to(self.fabric.device)
        with self.fabric.autocast():  # which Fabric sees to in forward alone
            before, after, codes, again = self.model.reconstruct(mel, source, target, pitch)
        losses = {
            "before": functional.mse_loss(before.float(), mel),
            "after": functional.mse_loss(after.float(), mel),
            "codes": functional.l1_loss(again.float(), codes.float()),
        }
        loss = losses["before"] + losses["after"] + self.settings.code_weight * losses["codes"]
        for group in self.optimiser.param_groups:
            group["lr"] = self.peak * warm_cosine(progress)
        self.optimiser.zero_grad(set_to_none=True)
        self.fabric.backward(loss)
        clip_gradients(self.fabric, self.optimiser, self.network, _GRADIENT_NORM)
        self.optimiser.step()
        return {"loss": loss.item(), **{name: value.item() for name, value in losses.items()}}

    def validate(self) -> dict[str, float]:
        """Reconstruction error on the validation split."""
        return validate_autovc(self._checkpoint(), self.val)

    def save(self, path: Path) -> None:
        """Write the network as it would be used now."""
        self._checkpoint().save(path)

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

    def _checkpoint(self) -> AutoVCCheckpoint:
        return AutoVCCheckpoint(
            model=self.network,
            mean=self.mean,
            std=self.std,
            target=self.target,
            target_name=self.target_name,
            speakers=self.speakers,
            settings=asdict(self.settings),
        )

    def _tensor(self, array: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(array, np.float32)).to(self.fabric.device)


def _target(
    train: Voices, speakers: Mapping[str, np.ndarray], wanted: str | None
) -> tuple[str, np.ndarray]:
    if wanted is None:
        frames = frames_of_speakers(train)
        wanted = max(sorted(frames), key=lambda name: frames[name])
    return voice_named(wanted, speakers)


def _start(train: Voices, settings: AutoVCSettings) -> tuple[AutoVC, np.ndarray, np.ndarray]:
    """The network to begin with, and what its mel is standardised by."""
    if settings.initial:
        return load_autovc_start(settings.initial)
    with torch.random.fork_rng():
        torch.manual_seed(settings.seed)
        return AutoVC(_DIMS[settings.size]), *mel_statistics(train)
