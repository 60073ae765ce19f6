"""Judges of moving landmarks, for adversarial training of the speaker-aware branch.

Least-squares GAN scores (Mao et al. 2017): trained towards 1 on filmed faces, 0 on predicted ones.
The attribute names are the published classes' keys.
"""

import torch
from torch import Tensor, nn

from mit_core.models.attention import AttentionDims, Encoder
from mit_core.models.speaker_aware import N_COORDINATES

_LEAK = 0.02
_SPAN = 64
"""Frames that one judgement of motion looks at: 1 s at 62.5 Hz."""
_GRU_POOL, _GRU_SPAN = 4, 32


def _judge(inputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, 512),
        nn.LeakyReLU(_LEAK),
        nn.Linear(512, 256),
        nn.LeakyReLU(_LEAK),
        nn.Linear(256, 1),
    )


class FaceDiscriminator(nn.Module):
    """Is this one frame a face? The landmark discriminator D_L."""

    def __init__(self) -> None:
        super().__init__()
        self.fl_D = _judge(N_COORDINATES)

    def forward(self, landmarks: Tensor) -> Tensor:
        """Score each frame; (..., 204), face units -> (..., 1)."""
        return self.fl_D(landmarks)


class MotionDiscriminator(nn.Module):
    """Does this speaker move like that? The temporal discriminator D_T, by self-attention.

    Args:
        code: numbers of a speaker code.
        step: frames between windows, and between the frames *inside* a window; the published
            inference code has 1, its training code 16.
        dims: of the attention.
    """

    def __init__(self, code: int = 128, step: int = 16, dims: AttentionDims | None = None):
        super().__init__()
        self.step = step
        dims = dims or AttentionDims()
        self.encoder = Encoder(N_COORDINATES + code, dims)
        self.out = _judge(dims.width)

    def forward(self, landmarks: Tensor, code: Tensor) -> Tensor:
        """Score every window of 64 frames, or the whole of a shorter clip.

        Args:
            landmarks: shape = (B, T, 204), face units, T >= 2.
            code: shape = (B, T, code), the speaker's.

        Returns:
            shape = (B, W, 1), W = ceil((T - 64) / step), or 1 where T <= 64.
        """
        frames = torch.cat([landmarks, code], dim=2)
        batch, length, width = frames.shape
        span = min(_SPAN, length - 1)
        starts = torch.arange(0, length - span, self.step, device=frames.device)
        inside = torch.arange(0, span, self.step, device=frames.device)
        windows = frames[:, starts[:, None] + inside].reshape(-1, len(inside), width)
        return self.out(self.encoder(windows).amax(dim=1)).view(batch, len(starts), 1)


class GruMotionDiscriminator(nn.Module):
    """The published code's other temporal discriminator, by a recurrent network.

    Args:
        code: numbers a frame that the landmarks are judged beside.
    """

    def __init__(self, code: int = 256):
        super().__init__()
        self.fl_DT = nn.GRU(code + N_COORDINATES, 256, 3, batch_first=True)
        self.projection = _judge(256)

    def forward(self, code: Tensor, landmarks: Tensor) -> Tensor:
        """Score every window of 32 frames, after the maximum over each 4.

        Args:
            code: shape = (B, T, code).
            landmarks: shape = (B, T, 204), face units, T >= 36.

        Returns:
            shape = (B, T - 35, 1).
        """
        frames = torch.cat([code, landmarks], dim=2).transpose(1, 2)
        pooled = nn.functional.max_pool1d(frames, _GRU_POOL, 1)
        batch, width, length = pooled.shape
        # the published windows stop one short of the end
        windows = pooled[:, :, :-1].unfold(2, _GRU_SPAN, 1).permute(0, 2, 3, 1)
        last = self.fl_DT(windows.reshape(-1, _GRU_SPAN, width))[0][:, -1]
        return self.projection(last).view(batch, length - _GRU_SPAN, 1)
