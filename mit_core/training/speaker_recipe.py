"""The recipe of the speaker-aware branch: each speaker's way of moving the head.

Beside the paper's losses (L1, Laplacian, two discriminators; Zhou et al. 2020, section 4.2) stands
one on how far and how fast the head moves, and the noise channels carry noise; see
``speaker_losses`` and ``models.noise``.
"""

import copy
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from lightning_fabric import Fabric
from torch import Tensor

from mit_core.models.checkpoint import FeatureScaling
from mit_core.models.noise import harmonic_noise
from mit_core.models.speaker_aware import EMBEDDING_GAIN, SpeakerAware
from mit_core.models.speaker_checkpoint import SpeakerCheckpoint, fill_speaker
from mit_core.models.tensors import read_tensors
from mit_core.sequences import Sequences
from mit_core.training.bases import base_faces, face_statistics
from mit_core.training.hardware import batch_generator, clip_gradients
from mit_core.training.judges import Judges
from mit_core.training.schedule import warm_cosine
from mit_core.training.speaker_losses import Taking, follow_loss, rest_loss, style_loss
from mit_core.training.speaker_settings import SpeakerSettings
from mit_core.training.speaker_start import fresh_branch, start_from_content
from mit_core.training.speaker_validation import validate_speaker
from mit_core.training.stretches import StretchSampler, posed_landmarks
from mit_core.training.utterances import mean_embeddings

_BETAS = (0.9, 0.99)
_GRADIENT_NORM = 1.0
_SAMPLE = 8192
"""Frames that deviations, and the start from the content branch, are taken from."""
_FURTHEST = 10**6
"""Frames (4.4 h): noise starts anywhere before, so that it is learned for all of a recording."""


class SpeakerRecipe:
    """Training on stretches of footage, speakers alike, with AdamW, a cosine schedule and an
    averaged model.

    Args:
        train: the training split, which every statistic comes from.
        val: the validation split; may be empty.
        settings: knobs.
        fabric: of the process.
        scaling: of the features.
        predict_frame: which frame of its 18-frame window a landmark frame is.
        content: a content checkpoint whose LSTM is the start; None starts from chance.
    """

    def __init__(
        self,
        train: Sequences,
        val: Sequences,
        settings: SpeakerSettings,
        fabric: Fabric,
        scaling: FeatureScaling,
        predict_frame: int,
        content: Path | None,
    ):
        self.train, self.val, self.settings, self.fabric = train, val, settings, fabric
        self.scaling, self.predict_frame = scaling, predict_frame
        faces = face_statistics(train)
        self.mean_face = faces.mean_face
        self.bases = base_faces(train, "speaker_mean", faces.speaker_faces, faces.rest_offset)
        self.speakers = mean_embeddings(train)
        self.sampler = StretchSampler(train, predict_frame, settings.stretch)
        self.rng = batch_generator(fabric, settings.seed)
        heard, moved = self._sample()
        self.taking = Taking(self.mean_face, moved, fabric.device)
        # Weights move the outputs by about as much a step whatever the unit: learn in its own.
        self.scale = max(float(np.sqrt(np.square(moved).mean())), 1e-4)
        self.network = fresh_branch(
            heard.shape[1], np.stack(list(self.speakers.values())), settings.dropout, settings.seed
        )
        if settings.initial:
            fill_speaker(self.network, read_tensors(settings.initial), settings.initial)
            self.network.scale_output(1 / self.scale)
        elif content is not None:
            start_from_content(self.network, content, heard)
        self.network.to(fabric.device).train()
        self.averaged = copy.deepcopy(self.network).requires_grad_(False)
        learning = [p for p in self.network.parameters() if p.requires_grad]
        optimiser = torch.optim.AdamW(
            [
                {
                    "params": [p for p in learning if p.ndim > 1],
                    "weight_decay": settings.weight_decay,
                },
                {"params": [p for p in learning if p.ndim <= 1], "weight_decay": 0.0},
            ],
            lr=settings.learning_rate,
            betas=_BETAS,
        )
        self.model, self.optimiser = fabric.setup(self.network, optimiser)
        self.model.mark_forward_method("along")
        self.judges = Judges(fabric, settings.seed) if settings.discriminators else None
        self._steps = 0

    def step(self, progress: float) -> dict[str, float]:
        """One step of the network, and one of the discriminators, on a batch of stretches."""
        settings = self.settings
        drawn = self.sampler.draw(self.rng, settings.batch_size)
        bases = self._tensor(self.bases[drawn.sequences])[:, None]
        true = self._tensor(drawn.landmarks) - bases
        with self.fabric.autocast():  # which Fabric sees to in forward alone
            predicted, code = self.model.along(
                self._tensor(self._heard(drawn.features, drawn.sequences)),
                self._tensor(self.train.embeddings[drawn.sequences] * EMBEDDING_GAIN),
                self._noise(*true.shape[:2]),
            )
        predicted = predicted.float() * self.scale
        losses = self._losses(predicted, true)
        loss = torch.stack(list(losses.values())).sum()
        if self.judges is not None:
            code = code.detach().float()[:, None].expand(-1, true.shape[1], -1)
            seen, made = true + bases, predicted[0] + bases
            judged = self.judges.learn(seen, made.detach(), code)
            fooled = self.judges.judge(made, code)
            loss = loss + settings.adversarial_weight * fooled
            losses |= {"adversarial": fooled, **judged}
        for group in self.optimiser.param_groups:
            group["lr"] = settings.learning_rate * warm_cosine(progress)
        self.optimiser.zero_grad(set_to_none=True)
        self.fabric.backward(loss)
        clip_gradients(self.fabric, self.optimiser, self.network, _GRADIENT_NORM)
        self.optimiser.step()
        self._steps += 1
        self._average()
        return {"loss": loss.item(), **{name: value.item() for name, value in losses.items()}}

    def validate(self) -> dict[str, float]:
        """How alike heads move on the validation split."""
        return validate_speaker(self._checkpoint(), self.val)

    def save(self, path: Path) -> None:
        """Write the network as it would be used now."""
        self._checkpoint().save(path)

    def state_dict(self) -> dict[str, Any]:
        """Networks, optimisers and random stream."""
        return {
            "model": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "judges": self.judges.state_dict() if self.judges else {},
            "rng": json.dumps(self.rng.bit_generator.state),
            "steps": self._steps,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go back to a state."""
        self.network.load_state_dict(state["model"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimiser.load_state_dict(state["optimiser"])
        if self.judges:
            self.judges.load_state_dict(state["judges"])
        self.rng.bit_generator.state = json.loads(state["rng"])
        self._steps = state["steps"]

    def _losses(self, predicted: Tensor, true: Tensor) -> dict[str, Tensor]:
        settings = self.settings
        if not settings.style_weight:
            scale = self.scale
            l1, shape = rest_loss(predicted / scale, true / scale)
            return {"l1": l1, "laplacian": shape}
        made, seen = self.taking(predicted), self.taking(true)
        l1, shape = rest_loss(made.rest, seen.rest)
        return {
            "l1": l1,
            "laplacian": shape,
            "style": settings.style_weight * style_loss(made.head, seen.head),
            "follow": settings.follow_weight * follow_loss(made.head, seen.head),
        }

    def _noise(self, batch: int, length: int) -> Tensor:
        channels = self.network.dims.noise
        if self.settings.noise == "none":
            return torch.zeros(1, batch, length, channels, device=self.fabric.device)
        # Two for each stretch: what both agree on is what follows from the sound.
        starts = self.rng.integers(_FURTHEST, size=2 * batch)
        noise = [harmonic_noise(int(start), length, channels, self.rng) for start in starts]
        return self._tensor(np.stack(noise)).view(2, batch, length, channels)

    def _heard(
        self, features: npt.NDArray[np.floating], sequences: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.floating]:
        scaled = []
        for part, index in zip(features, sequences, strict=True):
            mean, std = self.scaling.statistics(self.train.features[self.train.span(index)])
            scaled.append((part - mean) / std)
        return np.stack(scaled)

    def _sample(self) -> tuple[npt.NDArray[np.floating], npt.NDArray[np.floating]]:
        """Standardised features (N, F) and true displacement (N, 204) of evenly spaced frames."""
        every = max(1, len(self.train.landmarks) // _SAMPLE)
        heard, moved = [], []
        for index in range(len(self.train)):
            heard.append(self.scaling(self.train.features[self.train.span(index)])[::every])
            moved.append((posed_landmarks(self.train, index) - self.bases[index])[::every])
        return np.concatenate(heard), np.concatenate(moved)

    @torch.no_grad()
    def _average(self) -> None:
        # An average from the first step on would drag the untrained weights along.
        decay = min(self.settings.ema, (1 + self._steps) / (4 + self._steps))
        for mean, now in zip(self.averaged.parameters(), self.network.parameters(), strict=True):
            mean.lerp_(now, 1 - decay)

    def _checkpoint(self) -> SpeakerCheckpoint:
        model: SpeakerAware = copy.deepcopy(self.averaged)
        model.scale_output(self.scale)
        return SpeakerCheckpoint(
            model=model.eval(),
            scaling=self.scaling,
            predict_frame=self.predict_frame,
            stretch=self.settings.stretch,
            noise=self.settings.noise,
            mean_face=self.mean_face,
            feature=self.train.feature,
            speakers=self.speakers,
            settings=asdict(self.settings),
        )

    def _tensor(self, array: npt.NDArray[Any]) -> Tensor:
        return torch.from_numpy(np.array(array, np.float32, order="C")).to(self.fabric.device)
