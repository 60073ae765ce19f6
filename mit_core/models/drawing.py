"""An image network made ready to draw many frames."""

import copy
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from mit_core.models.folding import folded
from mit_core.models.translation_checkpoint import TranslationCheckpoint

if TYPE_CHECKING:
    from mit_core.models.exported import ExportedGraph

_GPU_BATCH = 8
"""Frames of a call on a GPU, which one frame's small levels do not fill. On the CPU a second frame
in a call saves nothing."""

Frames = npt.NDArray[np.float32]


class DrawingNetwork:
    """A checkpoint's network, folded, for many frames; several threads may call it.

    On the CPU it is an OpenVINO graph in single precision and each call takes one core; elsewhere
    it is torch's, in half precision.

    Args:
        checkpoint: the network.
        threads: cores. device: ``cpu``, ``cuda``, ``cuda:1`` ...

    Attributes:
        batch: frames to give in a call, at most.
    """

    def __init__(self, checkpoint: TranslationCheckpoint, threads: int = 1, device: str = "cpu"):
        self._checkpoint = checkpoint
        network = folded(_Drawing(checkpoint).eval())
        self._graph: ExportedGraph | None = None
        self._device = device
        if device == "cpu":
            self.batch = 1
            example = torch.zeros(1, 6, checkpoint.size, checkpoint.size)
            self._graph = _exported(network, example, threads)
        else:
            self.batch = _GPU_BATCH
            # a copy: what was not folded is still the checkpoint's own
            self._network = copy.deepcopy(network).half().to(device)

    def __call__(self, sketches: npt.NDArray[np.uint8], pictures: npt.NDArray[np.uint8]) -> Frames:
        """What it draws, RGB in grey levels 0..255.

        Args:
            sketches, pictures: uint8 (N, S, S, 3) RGB, as of ``TranslationCheckpoint.inputs``.

        Returns:
            float32 (N, S, S, 3).
        """
        inputs = self._checkpoint.inputs(sketches, pictures)
        if self._graph is not None:
            return np.concatenate([self._graph(one[None].numpy()) for one in inputs])
        with torch.inference_mode():
            given = inputs.to(self._device).half().contiguous(memory_format=torch.channels_last)
            drawn: Tensor = self._network(given)
        return drawn.float().cpu().numpy()


def _exported(network: nn.Module, example: Tensor, threads: int) -> "ExportedGraph":
    # imported here: a GPU draws without OpenVINO
    from mit_core.models.exported import ExportedGraph

    return ExportedGraph(network, example, threads)


class _Drawing(nn.Module):
    """A network from its input to frames (N, S, S, 3) in grey levels."""

    def __init__(self, checkpoint: TranslationCheckpoint):
        super().__init__()
        self.model = checkpoint.model
        self._checkpoint = checkpoint

    def forward(self, inputs: Tensor) -> Tensor:
        return self._checkpoint.frames(inputs).permute(0, 2, 3, 1) * 255
