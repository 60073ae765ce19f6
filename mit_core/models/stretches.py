"""Attention over recordings longer than it can take: overlapping stretches, faded together."""

import numpy as np
import numpy.typing as npt
import torch

from mit_core.models.speaker_aware import SpeakerAware
from mit_core.models.windows import WINDOW

Array = npt.NDArray[np.float32]

_WINDOWS_AT_ONCE = 2048
"""Windows heard in one go: 2048 * 18 * 256 float32 = 38 MB of states."""


def stretch_starts(count: int, stretch: int) -> list[int]:
    """First frames of stretches that overlap by half and cover ``count`` frames.

    They lie on a grid from the first frame on, only the last one ends with the recording: what
    comes later changes nothing more than a stretch away.
    """
    last = max(count - stretch, 0)
    return [*range(0, last, max(stretch // 2, 1)), last]


def fade(length: int) -> Array:
    """How much a stretch counts at each of its frames: a triangle, nowhere 0; shape = (length,)."""
    place = np.arange(1, length + 1)
    return np.minimum(place, place[::-1]).astype(np.float32)


@torch.inference_mode()
def in_stretches(
    model: SpeakerAware, frames: Array, embedding: Array, noise: Array, stretch: int
) -> Array:
    """Displacement of every frame, each heard in exactly its own 18-frame window.

    The model is used in evaluation mode.

    Args:
        model: the network.
        frames: shape = (T + 17, F), standardised and padded so that window t is frame t's.
        embedding: shape = (1, 256), times ``EMBEDDING_GAIN``.
        noise: shape = (T, 128).
        stretch: frames that attention runs over at once.

    Returns:
        shape = (T, 204), float32, face units.
    """
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    try:
        windows = torch.from_numpy(frames).to(device).unfold(0, WINDOW, 1).transpose(1, 2)
        heard = torch.cat(
            [model.hear(part.contiguous()) for part in windows.split(_WINDOWS_AT_ONCE)]
        )[None]
        code = model.spk_emb_encoder(torch.from_numpy(embedding).to(device))[:, None]
        moved = torch.from_numpy(noise).to(device)[None]
        count = heard.shape[1]
        length = min(stretch, count)
        weight = torch.from_numpy(fade(length)).to(device)[:, None]
        total = heard.new_zeros(count, 204)
        weights = heard.new_zeros(count, 1)
        for start in stretch_starts(count, length):
            part = slice(start, start + length)
            spoken = code.expand(-1, length, -1)
            total[part] += weight * model.displace(heard[:, part], spoken, moved[:, part])[0]
            weights[part] += weight
        return (total / weights).cpu().numpy()
    finally:
        model.train(was_training)
