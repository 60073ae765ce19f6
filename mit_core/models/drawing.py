"""An image network made ready to draw many frames."""

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mit_core.models.translation_checkpoint import TranslationCheckpoint


class DrawingNetwork:
    """A checkpoint's network, called from several threads at once.

    Args:
        checkpoint: the network.
        batch: frames of a call, at most.
        threads: cores that calls share.
        device: where it runs.
    """

    def __init__(
        self, checkpoint: TranslationCheckpoint, batch: int, threads: int, device: str = "cpu"
    ):
        self._checkpoint = checkpoint
        checkpoint.model.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def __call__(self, inputs: Tensor) -> npt.NDArray[np.float32]:
        """The frames (N, S, S, 3) RGB in grey levels, 0..255, of inputs (N, 6, S, S)."""
        with torch.inference_mode():
            frames = self._checkpoint.frames(inputs.contiguous(memory_format=torch.channels_last))
            grey: Tensor = frames.permute(0, 2, 3, 1).mul(255).contiguous()
        return grey.cpu().numpy()
