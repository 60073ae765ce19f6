"""Files that hold a trained image network: translation, ours and the published one, or refinement.

The two differ in their second picture (the portrait as it is, or warped), in their colour order
and in how their output becomes a frame; a checkpoint knows which, so that callers need not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mit_core.errors import UserError
from mit_core.models.entries import Entries, built, holds
from mit_core.models.published import read_published
from mit_core.models.refinement import WIDTHS, RefinementNetwork
from mit_core.models.tensors import read_tensors, weights_in, write_tensors
from mit_core.models.translation import CHANNELS, TranslationNetwork

Kind = Literal["translation", "refinement"]
Network = TranslationNetwork | RefinementNetwork
Pictures = npt.NDArray[np.uint8]

_FORMAT = "mit_core.translation.1"
_WEIGHTS = "G"
"""The published file's own entry name, so that its code can read our translation networks too."""

_KINDS = ("translation", "refinement")
_LARGEST = 4096
"""Pixels a side of its pictures: more than any network here can be trained on."""
_CROPS = (0.1, 100.0)
"""Scales of a crop that still hold some of a face."""

_PUBLISHED_SIZE = 256
_PUBLISHED_CROP = 2.0
"""The published network learnt on VoxCeleb2's own face crops, of which the landmarks' box takes
about half a side."""
_PUBLISHED_POINTS = 68
"""Its training drew more points; the published way of using it draws these."""


@dataclass(frozen=True)
class TranslationCheckpoint:
    """An image network with all that is needed to use it.

    Attributes:
        kind: ``translation`` (of sketch and portrait) or ``refinement`` (of sketch and warp).
        model: the network, in evaluation mode.
        size: pixels a side of the pictures it was trained on.
        crop: scale of the ``FaceCrop`` that cut them.
        points: landmarks of its sketch, 68, 74 or 98.
        settings: the training settings, plain values; empty for the published network.
        measures: validation measures of this model.
    """

    kind: Kind
    model: Network
    size: int
    crop: float
    points: int = 68
    settings: Mapping[str, Any] = field(default_factory=dict)
    measures: Mapping[str, float] = field(default_factory=dict)

    def inputs(self, sketches: Pictures, pictures: Pictures) -> Tensor:
        """What the network is given, on its device.

        Args:
            sketches: uint8 (N, S, S, 3) RGB, S a multiple of ``model.multiple``.
            pictures: likewise, the portrait's crop (translation) or that of the warped portrait
                (refinement).

        Returns:
            shape = (N, 6, S, S), float32, 0..1; BGR for translation and RGB for refinement.
        """
        device = next(self.model.parameters()).device
        both = []
        for images in (sketches, pictures):
            image = torch.from_numpy(np.ascontiguousarray(images)).to(device).permute(0, 3, 1, 2)
            both.append(image.flip(1) if self.kind == "translation" else image)
        return torch.cat(both, dim=1).float().div_(255)

    def frames(self, inputs: Tensor) -> Tensor:
        """What the network makes of ``inputs``.

        Gradients flow, so that training may use it; turn them off to draw.

        Args:
            inputs: shape = (N, 6, S, S), as ``self.inputs`` gives them.

        Returns:
            shape = (N, 3, S, S), RGB, 0..1.
        """
        frames: Tensor = self.model(inputs)
        if self.kind == "translation":
            frames = torch.tanh(frames).flip(1)
        return frames.clamp(0, 1)

    def save(self, path: str | Path) -> None:
        """Write the checkpoint, whole or not at all."""
        content = {
            "format": _FORMAT,
            "kind": self.kind,
            _WEIGHTS: {key: value.cpu() for key, value in self.model.state_dict().items()},
            "widths": list(_widths(self.model)),
            "size": self.size,
            "crop": self.crop,
            "points": self.points,
            "settings": dict(self.settings),
            "measures": dict(self.measures),
        }
        write_tensors(path, content)


def make_network(kind: Kind, widths: tuple[int, ...] | None = None) -> Network:
    """A network that is not yet trained, of torch's random state.

    Args:
        widths: channels of its levels; those of the published translation network or of the
            refinement's default by None.
    """
    if kind == "translation":
        return TranslationNetwork(channels=widths or CHANNELS)
    return RefinementNetwork(widths or WIDTHS)


def load_translation(path: str | Path, device: str = "cpu") -> TranslationCheckpoint:
    """Read a checkpoint of ours, or the published ``ckpt_116_i2i_comb.pth``.

    Raises:
        UserError: no such file, or none of these.
    """
    content = read_tensors(path)
    if "format" not in content and _WEIGHTS in content:
        weights = read_published("translation", path)
        return TranslationCheckpoint(
            kind="translation",
            model=_built("translation", CHANNELS, weights, path).to(device),
            size=_PUBLISHED_SIZE,
            crop=_PUBLISHED_CROP,
            points=_PUBLISHED_POINTS,
        )
    if not holds(content, "format", _FORMAT):
        raise UserError(
            f"{path} holds no image network: give the best.pt or last.pt that train_translation or "
            "train_refinement wrote, or the published ckpt_116_i2i_comb.pth."
        )
    held = Entries(content, path, "image network's checkpoint")
    kind: Kind = "translation" if held.text("kind", *_KINDS) == "translation" else "refinement"
    weights = weights_in(content, _WEIGHTS, path, f"{kind} network")
    return TranslationCheckpoint(
        kind=kind,
        model=_built(kind, held.widths("widths", weights), weights, path).to(device),
        size=held.whole("size", 1, _LARGEST),
        crop=held.number("crop", *_CROPS),
        points=held.whole("points", 68, 98),
        settings=held.mapping("settings"),
        measures=held.mapping("measures"),
    )


def _widths(network: Network) -> tuple[int, ...]:
    return network.channels if isinstance(network, TranslationNetwork) else network.widths


def _built(
    kind: Kind, widths: tuple[int, ...], weights: Mapping[str, Tensor], path: str | Path
) -> Network:
    return built(lambda: make_network(kind, widths), weights, path, f"{kind} network")
