"""Files that hold a trained content branch, ours and the published one's."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mit_core.errors import UserError, reason_of
from mit_core.faces.scheme import N_POINTS
from mit_core.models.content import ContentBranch, ContentDims, predict_displacement
from mit_core.models.entries import Entries, built, holds
from mit_core.models.tensors import read_tensors, weights_in, write_tensors
from mit_core.models.windows import WINDOW

Array = npt.NDArray[np.float32]

_FORMAT = "mit_core.content.1"
_WEIGHTS = "model_g_face_id"
"""The published file's own entry name, so that its code can read our files too."""
_WHAT = "content branch"

BASES = ("speaker_mean", "closed")
"""What a displacement may be measured from: see ``ContentCheckpoint.base``."""
_FACE = 3 * N_POINTS

_SMALLEST_STD = 1e-4
"""A band that never changes (a silent top band) is divided by this at least, feature units."""

_SMALLEST_PART = 0.25
"""A clip's own deviation is taken as at least this part of the corpus's."""


@dataclass(frozen=True)
class FeatureScaling:
    """How features become what the network hears.

    Attributes:
        mean, std: shape = (F,), of the training split.
        by_utterance: each clip is scaled by its own mean and deviation instead, so that a voice
            or microphone never heard sounds less foreign; then ``mean`` and ``std`` are only what
            is left for a clip too short to have its own.
    """

    mean: Array
    std: Array
    by_utterance: bool = False

    def statistics(self, features: npt.NDArray[np.floating]) -> tuple[Array, Array]:
        """Mean and deviation that one clip's features (T, F) are scaled by; shape = (F,) each."""
        mean, std = self.mean, self.std
        if self.by_utterance and len(features) > 1:
            mean = features.mean(axis=0, dtype=np.float64).astype(np.float32)
            # A still band of a short clip must not be blown up: trust the corpus there.
            std = np.maximum(features.std(axis=0), _SMALLEST_PART * self.std).astype(np.float32)
        return mean, np.maximum(std, _SMALLEST_STD)

    def __call__(self, features: npt.NDArray[np.floating]) -> Array:
        """Standardise one clip's features; shape = (T, F)."""
        mean, std = self.statistics(features)
        return ((features - mean) / std).astype(np.float32)


@dataclass(frozen=True)
class ContentCheckpoint:
    """A content branch with all that is needed to use it.

    Attributes:
        model: the network, in evaluation mode.
        scaling: features -> network input.
        predict_frame: which frame of its window a landmark frame is.
        base: what a displacement is measured from, ``speaker_mean`` or ``closed`` (the clip's own
            closed-mouth face).
        mean_face: shape = (204,), face units: mean over speakers of their mean faces.
        rest_face: shape = (204,), ``mean_face`` with the mouth at rest (closed): the mean of the
            training segments' closed-mouth faces, each taken relative to its speaker.
        speaker_faces: each training speaker's mean face, shape = (204,).
        feature: what the features are that it hears: "mel", or "autovc:" and a digest.
        settings: the training settings, plain values.
        measures: validation measures of this model.
    """

    model: ContentBranch
    scaling: FeatureScaling
    predict_frame: int
    base: str
    mean_face: Array
    rest_face: Array
    speaker_faces: Mapping[str, Array] = field(default_factory=dict)
    feature: str = "mel"
    settings: Mapping[str, Any] = field(default_factory=dict)
    measures: Mapping[str, float] = field(default_factory=dict)

    @property
    def adopted(self) -> bool:
        """Whether it was published by others, not trained here (``adoption.adopt_published``)."""
        return "adopted" in self.settings

    def predict(self, features: npt.NDArray[np.floating], face: Array | None = None) -> Array:
        """Displacement of every frame from the base face.

        Args:
            features: shape = (T, F), *not* standardised.
            face: shape = (204,), the face the network is told of; ``mean_face`` by default, which
                is the safe choice for a face it never saw.

        Returns:
            shape = (T, 204), face units; add it to the base face.
        """
        if features.ndim != 2 or features.shape[1] != self.model.dims.features:
            raise ValueError(
                f"features have shape {features.shape}, not (T, {self.model.dims.features})"
            )
        known = self.mean_face if face is None else face
        return predict_displacement(self.model, self.scaling(features), known, self.predict_frame)

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
            "base": self.base,
            "mean_face": torch.from_numpy(self.mean_face),
            "rest_face": torch.from_numpy(self.rest_face),
            "speaker_faces": {k: torch.from_numpy(v) for k, v in self.speaker_faces.items()},
            "feature": self.feature,
            "settings": dict(self.settings),
            "measures": dict(self.measures),
        }
        write_tensors(path, content)


def load_content(path: str | Path, device: str = "cpu") -> ContentCheckpoint:
    """Read a content checkpoint written by ``ContentCheckpoint.save``.

    Raises:
        UserError: no such file, or not such a checkpoint.
    """
    content = read_tensors(path)
    if not holds(content, "format", _FORMAT):
        raise UserError(
            f"{path} is not a content checkpoint of this project: give the best.pt or last.pt that "
            "training wrote. A published checkpoint is given by published.checkpoints, or as a "
            "start for training (initial)."
        )
    # Checkpoints older than AutoVC hear mel.
    held = Entries({"feature": "mel", **content}, path, "content checkpoint")
    weights = weights_in(content, _WEIGHTS, path, _WHAT)
    dims = held.dims("dims", ContentDims, weights)
    return ContentCheckpoint(
        model=built(lambda: ContentBranch(dims), weights, path, _WHAT).to(device),
        scaling=read_scaling(held.inside("scaling"), dims.features),
        predict_frame=held.whole("predict_frame", 0, WINDOW - 1),
        base=held.text("base", *BASES),
        mean_face=held.vector("mean_face", _FACE),
        rest_face=held.vector("rest_face", _FACE),
        speaker_faces=held.vectors("speaker_faces", _FACE),
        feature=held.text("feature"),
        settings=held.mapping("settings"),
        measures=held.mapping("measures"),
    )


def read_scaling(held: Entries, features: int) -> FeatureScaling:
    """The scaling among a checkpoint's entries, of features of so many bands."""
    return FeatureScaling(
        held.vector("mean", features), held.vector("std", features), held.flag("by_utterance")
    )


def load_weights(model: ContentBranch, path: str | Path) -> None:
    """Fill ``model`` from our checkpoint or the published ``ckpt_content_branch.pth``.

    Raises:
        UserError: no such file, no content branch in it, or one of other sizes.
    """
    _fill(model, weights_in(read_tensors(path), _WEIGHTS, path, _WHAT), path)


def _fill(model: ContentBranch, weights: Mapping[str, Tensor], path: str | Path) -> None:
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        raise UserError(
            f"The weights in {path} do not fit the content branch ({reason_of(error)})."
        ) from error
