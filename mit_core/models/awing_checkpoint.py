"""Files that hold a trained AdaptiveWing network, ours and the published one's."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mit_core.errors import UserError
from mit_core.models.awing import AwingDims, AwingNetwork
from mit_core.models.entries import Entries, built, holds
from mit_core.models.heatmaps import fine_peaks, quarter_peaks
from mit_core.models.tensors import read_tensors, weights_in, write_tensors

_FORMAT = "mit_core.awing.1"
_WEIGHTS = "state_dict"
"""The published file's own entry name."""
_WHAT = "AdaptiveWing landmark network"

PUBLISHED_FILE = "WFLW_4HG.pth"
_LARGEST = 4096
"""Pixels a side of a crop: more than any network here can be trained on."""
_PUBLISHED_SIZE = 256
_PUBLISHED_MARGIN = 1.3
"""Our choice: the published file does not say how faces were cropped for it. Its crops held the
landmarks' box and some air."""


@dataclass(frozen=True)
class AwingCheckpoint:
    """An AdaptiveWing network with all that is needed to use it.

    Attributes:
        model: the network, in evaluation mode.
        size: pixels a side of the crops that it reads, a multiple of 64.
        margin: side of a crop over the longer side of its landmarks' box.
        fine: whether its Gaussians' centres were not rounded in training, so that peaks can be
            told below a pixel.
        settings: the training settings, plain values.
        measures: validation measures of this model.
    """

    model: AwingNetwork
    size: int
    margin: float
    fine: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)
    measures: Mapping[str, float] = field(default_factory=dict)

    @property
    def points(self) -> int:
        """Landmarks a face."""
        return self.model.dims.points

    def read(
        self, crops: npt.NDArray[np.uint8]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Landmarks of faces.

        Args:
            crops: shape = (N, size, size, 3), RGB, each around one face.

        Returns:
            (N, points, 2) x and y in pixels of the crops, and each face's confidence (N,), 0..1:
            the mean height of its heatmaps' peaks.
        """
        device = next(self.model.parameters()).device
        with torch.inference_mode():
            heatmaps = self.model(network_input(crops).to(device)).stages[-1][:, :-1].float()
            points, heights = (fine_peaks if self.fine else quarter_peaks)(heatmaps)
            confidence = heights.clamp(0, 1).mean(dim=1)
        return points.cpu().numpy(), confidence.cpu().numpy()

    def save(self, path: str | Path) -> None:
        """Write the checkpoint, whole or not at all."""
        content = {
            "format": _FORMAT,
            _WEIGHTS: {key: value.cpu() for key, value in self.model.state_dict().items()},
            "dims": asdict(self.model.dims),
            "size": self.size,
            "margin": self.margin,
            "fine": self.fine,
            "settings": dict(self.settings),
            "measures": dict(self.measures),
        }
        write_tensors(path, content)


def network_input(crops: npt.NDArray[np.uint8]) -> Tensor:
    """Pictures (N, S, S, 3) uint8 RGB as the network reads them: (N, 3, S, S), 0..1."""
    return torch.from_numpy(np.ascontiguousarray(crops.transpose(0, 3, 1, 2))).float() / 255


def load_awing(path: str | Path, device: str = "cpu") -> AwingCheckpoint:
    """Read a checkpoint of ours, or the published ``WFLW_4HG.pth``.

    The published state dict may lie under ``state_dict`` or alone in its file, with or without
    ``module.`` before its keys; the network's sizes are taken from it.

    Raises:
        UserError: no such file, or no such network in it.
    """
    content = read_tensors(path)
    ours = holds(content, "format", _FORMAT)
    if not ours and _WEIGHTS not in content:
        content = {_WEIGHTS: content}
    weights = weights_in(content, _WEIGHTS, path, _WHAT)
    held = Entries(content, path, "detector's checkpoint")
    dims = held.dims("dims", AwingDims, weights) if ours else _dims_of(weights, path)
    return AwingCheckpoint(
        model=built(lambda: AwingNetwork(dims), weights, path, _WHAT).to(device),
        size=held.whole("size", 64, _LARGEST) if ours else _PUBLISHED_SIZE,
        margin=held.number("margin", 0.1, 10) if ours else _PUBLISHED_MARGIN,
        fine=held.flag("fine") if ours else False,
        settings=held.mapping("settings") if ours else {},
        measures=held.mapping("measures") if ours else {},
    )


def _dims_of(weights: Mapping[str, Tensor], path: str | Path) -> AwingDims:
    last = weights.get("l0.weight")
    if last is None or last.ndim != 4:
        raise UserError(
            f"{path} holds no {_WHAT}: give the best.pt that training a detector wrote, or the "
            f"published {PUBLISHED_FILE}."
        )
    stacks = sum(f"l{stage}.weight" in weights for stage in range(len(weights)))
    return AwingDims(points=last.shape[0] - 1, stacks=stacks, width=last.shape[1])
