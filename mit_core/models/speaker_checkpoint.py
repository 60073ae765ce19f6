"""Files that hold a trained speaker-aware branch."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from mit_core.errors import UserError, reason_of
from mit_core.faces.scheme import N_POINTS
from mit_core.models.attention import MOST_POSITIONS
from mit_core.models.checkpoint import FeatureScaling, read_scaling
from mit_core.models.entries import Entries, built, holds
from mit_core.models.noise import harmonic_noise
from mit_core.models.speaker_aware import EMBEDDING_GAIN, SpeakerAware, SpeakerDims
from mit_core.models.stretches import in_stretches
from mit_core.models.tensors import read_tensors, weights_in, write_tensors
from mit_core.models.voice_target import EMBEDDING, voice_named
from mit_core.models.windows import WINDOW, padded

Array = npt.NDArray[np.float32]

_FORMAT = "mit_core.speaker.1"
_WEIGHTS = "G"
"""The published file's own entry name, so that its code can read our files too."""
_WHAT = "speaker-aware branch"


@dataclass(frozen=True)
class SpeakerCheckpoint:
    """A speaker-aware branch with all that is needed to use it.

    Attributes:
        model: the network, in evaluation mode.
        scaling: features -> network input.
        predict_frame: which frame of its window a landmark frame is.
        stretch: frames that attention runs over at once, <= 512.
        noise: what the noise channels are fed with, ``harmonic`` or ``none`` (zeros, as published).
        mean_face: shape = (204,), face units: what displacement is measured from.
        feature: what the features are (``Sequences.feature``).
        speakers: each training speaker's mean embedding, shape = (256,), unit norm.
        settings: the training settings, plain values.
        measures: validation measures of this model.
    """

    model: SpeakerAware
    scaling: FeatureScaling
    predict_frame: int
    stretch: int
    noise: str
    mean_face: Array
    feature: str = "mel"
    speakers: Mapping[str, Array] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    measures: Mapping[str, float] = field(default_factory=dict)

    def embedding_of(self, style: str | None, own: npt.NDArray[np.floating]) -> Array:
        """The embedding that a style names.

        Args:
            style: a training speaker, the path of an embedding, or None for the voice's own.
            own: shape = (256,), of the voice that is heard.

        Raises:
            UserError: there is no such speaker or file.
        """
        if style is None:
            return np.asarray(own, np.float32)
        return voice_named(style, self.speakers, "animate.style")[1]

    def predict(
        self,
        features: npt.NDArray[np.floating],
        embedding: npt.NDArray[np.floating],
        seed: int = 0,
    ) -> Array:
        """Displacement from ``mean_face`` of every frame, head motion included.

        Attention runs over overlapping stretches whose results are faded into one another, and the
        noise is one over the whole, so recordings of any length come out without a seam.

        Args:
            features: shape = (T, F), *not* standardised; T may be 0.
            embedding: shape = (256,), unit norm, of the speaker whose manner it shall be.
            seed: of the noise.

        Returns:
            shape = (T, 204), face units.
        """
        dims = self.model.dims
        if features.ndim != 2 or features.shape[1] != dims.features:
            raise ValueError(f"features have shape {features.shape}, not (T, {dims.features})")
        count = len(features)
        if count == 0:
            return np.zeros((0, self.mean_face.size), np.float32)
        noise = np.zeros((count, dims.noise), np.float32)
        if self.noise == "harmonic":
            noise = harmonic_noise(0, count, dims.noise, np.random.default_rng(seed))
        spoken = np.asarray(embedding, np.float32).reshape(1, -1) * np.float32(EMBEDDING_GAIN)
        frames = padded(self.scaling(features), self.predict_frame)
        return in_stretches(self.model, frames, spoken, noise, self.stretch)

    def save(self, path: str | Path) -> None:
        """Write the checkpoint, whole or not at all."""
        content = {
            "format": _FORMAT,
            _WEIGHTS: {key: value.cpu() for key, value in self.model.state_dict().items()},
            "dims": asdict(self.model.dims),
            "scaling": {
                "mean": torch.from_numpy(self.scaling.mean),
                "std": torch.from_numpy(self.scaling.std),
                "by_utterance": self.scaling.by_utterance,
            },
            "predict_frame": self.predict_frame,
            "stretch": self.stretch,
            "noise": self.noise,
            "mean_face": torch.from_numpy(self.mean_face),
            "feature": self.feature,
            "speakers": {name: torch.from_numpy(e) for name, e in self.speakers.items()},
            "settings": dict(self.settings),
            "measures": dict(self.measures),
        }
        write_tensors(path, content)


def load_speaker(path: str | Path, device: str = "cpu") -> SpeakerCheckpoint:
    """Read a checkpoint written by ``SpeakerCheckpoint.save``.

    Raises:
        UserError: no such file, or not such a checkpoint.
    """
    content = read_tensors(path)
    if not holds(content, "format", _FORMAT):
        raise UserError(
            f"{path} is not a speaker-aware checkpoint of this project: give the best.pt or "
            "last.pt that train_speaker wrote."
        )
    held = Entries(content, path, "speaker-aware checkpoint")
    weights = weights_in(content, _WEIGHTS, path, _WHAT)
    dims = held.dims("dims", SpeakerDims, weights)
    return SpeakerCheckpoint(
        model=built(lambda: SpeakerAware(dims), weights, path, _WHAT).to(device),
        scaling=read_scaling(held.inside("scaling"), dims.features),
        predict_frame=held.whole("predict_frame", 0, WINDOW - 1),
        stretch=held.whole("stretch", 1, MOST_POSITIONS),
        noise=held.text("noise", "harmonic", "none"),
        mean_face=held.vector("mean_face", 3 * N_POINTS),
        feature=held.text("feature"),
        speakers=held.vectors("speakers", EMBEDDING),
        settings=held.mapping("settings"),
        measures=held.mapping("measures"),
    )


def fill_speaker(model: SpeakerAware, content: Mapping[str, Any], path: str | Path) -> None:
    """Fill ``model`` from a file's entries, ours or the published ``ckpt_speaker_branch.pth``'s.

    The published file's ``comb_mlp`` entries, which no network of it uses, are left out.

    Args:
        content: what ``read_tensors`` read.
        path: of the file, for the message.

    Raises:
        UserError: no speaker-aware branch in it, or one of other sizes.
    """
    weights = weights_in(content, _WEIGHTS, path, _WHAT)
    used = {key: value for key, value in weights.items() if not key.startswith("comb_mlp.")}
    try:
        model.load_state_dict(used)
    except RuntimeError as error:
        raise UserError(
            f"The weights in {path} do not fit the speaker-aware branch ({reason_of(error)})."
        ) from error
