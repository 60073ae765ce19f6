"""What the recipes of the content branch share: faces, scaling, validation, the saved model."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from lightning_fabric import Fabric

from mit_core.models.checkpoint import ContentCheckpoint, FeatureScaling, load_weights
from mit_core.models.content import ContentBranch, ContentDims
from mit_core.sequences import Sequences
from mit_core.training.bases import base_faces, face_statistics
from mit_core.training.content_settings import ContentSettings
from mit_core.training.data import Batch, feature_statistics
from mit_core.training.hardware import batch_generator
from mit_core.training.validation import validate
from mit_core.training.voices import vary

Array = npt.NDArray[np.float32]
Scaling = tuple[npt.NDArray[np.floating], npt.NDArray[np.floating]]
"""Mean and standard deviation of the features; shape = (F,) each."""


class ContentRecipe:
    """Base of the content branch's recipes; a subclass adds ``step`` and ``usable``.

    Args:
        train: the training split, which every statistic comes from.
        val: the validation split; may be empty.
        settings: knobs.
        fabric: of the process; the subclass sets its optimiser up with it.
        dropout: between the LSTM's layers.
        scaling: of the features; None takes the training split's.
    """

    def __init__(
        self,
        train: Sequences,
        val: Sequences,
        settings: ContentSettings,
        fabric: Fabric,
        dropout: float,
        scaling: Scaling | None,
    ):
        self.train, self.val, self.settings, self.fabric = train, val, settings, fabric
        self.faces = face_statistics(train)
        mean, std = feature_statistics(train) if scaling is None else scaling
        self.scaling = FeatureScaling(
            np.asarray(mean, np.float32), np.asarray(std, np.float32), settings.by_utterance
        )
        self.bases = self._bases(train)
        self.rng = batch_generator(fabric, settings.seed)
        with torch.random.fork_rng():
            torch.manual_seed(settings.seed)
            self.network = ContentBranch(ContentDims(features=train.features.shape[1]), dropout)
        if settings.initial:
            load_weights(self.network, settings.initial)
        self.network.to(fabric.device)
        # One row for all sequences where they share the corpus's statistics.
        clips = (features for features, _ in train)
        rows = [
            self.scaling.statistics(features)
            for features in (clips if settings.by_utterance else [train.features[:1]])
        ]
        self._means, self._stds = (np.stack(arrays)[:, None] for arrays in zip(*rows, strict=True))
        self._val_bases = self._bases(val) if len(val) else np.zeros((0, 204), np.float32)
        self._steps = 0
        self._checked: tuple[int, ContentCheckpoint] | None = None

    def step(self, progress: float) -> dict[str, float]:
        """One optimiser step; ``progress`` runs from 0 to 1 over the run."""
        raise NotImplementedError

    def usable(self) -> ContentBranch:
        """The network as it would be used now, in evaluation mode; ``self.network`` stays."""
        raise NotImplementedError

    def state_dict(self) -> dict[str, Any]:
        """All that the next step depends on."""
        raise NotImplementedError

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go back to a state."""
        raise NotImplementedError

    def validate(self) -> dict[str, float]:
        """Measures on the validation split."""
        return validate(self._checkpoint(), self.val, self._val_bases)

    def save(self, path: Path) -> None:
        """Write the network as it would be used now."""
        self._checkpoint().save(path)

    def heard(self, batch: Batch, rng: np.random.Generator) -> Array:
        """The batch's features as the network hears them, varied as the settings say."""
        shift, gain = self.settings.frequency_shift, self.settings.gain_db
        if self.settings.by_utterance:
            # A varied clip's own statistics are the varied statistics, and the gain cancels.
            mean, std = self._means[batch.sequences], self._stds[batch.sequences]
            return vary((batch.features - mean) / std, rng, shift, 0.0)
        return (vary(batch.features, rng, shift, gain) - self._means) / self._stds

    def tensor(self, array: npt.NDArray[Any]) -> torch.Tensor:
        """A copy of an array (which may be a read-only map of a file) on the network's device."""
        return torch.from_numpy(np.array(array, np.float32, order="C")).to(self.fabric.device)

    def stepped(self) -> None:
        """Note that the network has changed."""
        self._steps += 1
        self._checked = None

    def _checkpoint(self) -> ContentCheckpoint:
        if self._checked is None or self._checked[0] != self._steps:
            faces = self.faces
            checkpoint = ContentCheckpoint(
                model=self.usable(),
                scaling=self.scaling,
                predict_frame=self.settings.predict_frame,
                base=self.settings.base,
                mean_face=faces.mean_face,
                rest_face=faces.mean_face + faces.rest_offset,
                speaker_faces=faces.speaker_faces,
                feature=self.train.feature,
                settings=asdict(self.settings),
            )
            self._checked = self._steps, checkpoint
        return self._checked[1]

    def _bases(self, sequences: Sequences) -> Array:
        faces = self.faces
        return base_faces(sequences, self.settings.base, faces.speaker_faces, faces.rest_offset)
