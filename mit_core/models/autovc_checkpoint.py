"""Files that hold a trained AutoVC and the voice it converts to."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from mit_core.errors import UserError
from mit_core.models.autovc import AutoVC, AutoVCDims
from mit_core.models.autovc_conversion import MULTIPLE, convert
from mit_core.models.entries import Entries, built, holds
from mit_core.models.tensors import read_tensors, weights_in, write_tensors
from mit_core.models.voice_target import EMBEDDING, voice_named

Array = npt.NDArray[np.float32]

_FORMAT = "mit_core.autovc.1"
_WEIGHTS = "model"
"""The published file's own entry name, so that its code can read our files too."""
_WHAT = "AutoVC"


@dataclass(frozen=True)
class AutoVCCheckpoint:
    """AutoVC with all that is needed to use it.

    Attributes:
        model: the network, in evaluation mode.
        mean, std: shape = (bands,), what the mel is standardised by inside; 0 and 1 for the
            published network, which hears the mel as it is.
        target: shape = (256,), embedding of the voice that everything is converted to.
        target_name: whose it is: a training speaker, or the file that it came from.
        speakers: each training speaker's mean embedding, shape = (256,), unit norm.
        settings: the training settings, plain values.
    """

    model: AutoVC
    mean: Array
    std: Array
    target: Array
    target_name: str
    speakers: Mapping[str, Array] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Names what is computed: weights, sizes, scaling and target; 16 hex digits.

        Not the file's own hash, which differs between two equal runs.
        """
        digest = hashlib.sha256(repr(self.model.dims).encode())
        for key, value in self.model.state_dict().items():
            digest.update(key.encode())
            digest.update(value.cpu().contiguous().numpy().tobytes())
        for array in (self.mean, self.std, self.target):
            digest.update(np.ascontiguousarray(array, np.float32).tobytes())
        return digest.hexdigest()[:16]

    def convert(
        self,
        mel: npt.NDArray[np.floating],
        f0_classes: npt.NDArray[np.integer],
        embedding: npt.NDArray[np.floating],
        target: npt.NDArray[np.floating] | None = None,
    ) -> Array:
        """The same utterance by the target speaker.

        Args:
            mel: shape = (T, bands), as ``speech.mel.log_mel`` gives it.
            f0_classes: shape = (T,), 0..256.
            embedding: shape = (256,), of who speaks.
            target: shape = (256,), of who shall; the checkpoint's own target by default.

        Returns:
            shape = (T, bands), float32, mel on the same scale.
        """
        if len(mel) != len(f0_classes):
            raise ValueError(f"{len(mel)} frames of mel, {len(f0_classes)} of F0")
        beyond = -len(mel) % MULTIPLE  # filled with silence, which is 0 in mel and F0 alike
        heard = (np.pad(mel, ((0, beyond), (0, 0))) - self.mean) / self.std
        said = convert(
            self.model,
            heard.astype(np.float32),
            np.pad(f0_classes, (0, beyond)),
            np.asarray(embedding, np.float32),
            self.target if target is None else np.asarray(target, np.float32),
        )
        return (said[: len(mel)] * self.std + self.mean).astype(np.float32)

    def aimed_at(self, target: str | None) -> "AutoVCCheckpoint":
        """The same network converting to another voice; None leaves it as it is.

        Args:
            target: a training speaker's name, or the path of an embedding (.npy or .txt).

        Raises:
            UserError: there is no such speaker or file.
        """
        if target is None:
            return self
        name, embedding = voice_named(target, self.speakers, "autovc.target")
        return replace(self, target=embedding, target_name=name)

    def save(self, path: str | Path) -> None:
        """Write the checkpoint, whole or not at all."""
        content = {
            "format": _FORMAT,
            _WEIGHTS: {key: value.cpu() for key, value in self.model.state_dict().items()},
            "dims": asdict(self.model.dims),
            "mean": torch.from_numpy(self.mean),
            "std": torch.from_numpy(self.std),
            "target": torch.from_numpy(self.target),
            "target_name": self.target_name,
            "speakers": {name: torch.from_numpy(v) for name, v in self.speakers.items()},
            "settings": dict(self.settings),
        }
        write_tensors(path, content)


def is_autovc(path: str | Path) -> bool:
    """Whether a file was written by ``AutoVCCheckpoint.save``.

    Raises:
        UserError: no such file, or no checkpoint at all.
    """
    return holds(read_tensors(path), "format", _FORMAT)


def load_autovc(path: str | Path, device: str = "cpu") -> AutoVCCheckpoint:
    """Read an AutoVC checkpoint written by ``AutoVCCheckpoint.save``.

    Raises:
        UserError: no such file, or not such a checkpoint.
    """
    content = read_tensors(path)
    if not holds(content, "format", _FORMAT):
        raise UserError(
            f"{path} is not an AutoVC checkpoint of this project: give the best.pt or last.pt that "
            "training AutoVC wrote."
        )
    held = Entries(content, path, "AutoVC checkpoint")
    weights = weights_in(content, _WEIGHTS, path, _WHAT)
    dims = held.dims("dims", AutoVCDims, weights)
    return AutoVCCheckpoint(
        model=built(lambda: AutoVC(dims), weights, path, _WHAT).to(device),
        mean=held.vector("mean", dims.bands),
        std=held.vector("std", dims.bands),
        target=held.vector("target", EMBEDDING),
        target_name=held.text("target_name"),
        speakers=held.vectors("speakers", EMBEDDING),
        settings=held.mapping("settings"),
    )


def load_autovc_start(path: str | Path) -> tuple[AutoVC, Array, Array]:
    """A network to go on training, with the mean and deviation that its mel is standardised by.

    Args:
        path: our checkpoint, or the published ``ckpt_autovc.pth`` (which hears the mel as it is).

    Raises:
        UserError: no such file, no AutoVC in it, or one of other sizes.
    """
    content = read_tensors(path)
    if holds(content, "format", _FORMAT):
        saved = load_autovc(path)
        return saved.model, saved.mean, saved.std
    if _WEIGHTS not in content:
        raise UserError(
            f"{path} holds no AutoVC (it has no entry '{_WEIGHTS}'): give a best.pt of this "
            "project's AutoVC or the published ckpt_autovc.pth."
        )
    model = built(AutoVC, weights_in(content, _WEIGHTS, path, _WHAT), path, _WHAT)
    bands = model.dims.bands
    return model, np.zeros(bands, np.float32), np.ones(bands, np.float32)
