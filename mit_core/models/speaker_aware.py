"""The speaker-aware branch: who speaks moves head and face (Zhou et al. 2020, section 4.2)."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mit_core.models.attention import AttentionDims, Encoder, UnusedDecoder
from mit_core.models.windows import WINDOW

N_COORDINATES = 204
"""68 points x (x, y, z)."""

EMBEDDING_GAIN = 3.0
"""Unit-norm d-vectors are multiplied by this before the network sees them, as published."""

_LEAK = 0.02
_PIECE = 16
"""Frames that the LSTM predicts in one run while training."""


@dataclass(frozen=True)
class SpeakerDims:
    """Sizes of the speaker-aware branch; the defaults are the published ones (3.0 M parameters).

    Attributes:
        features: bands of one feature frame.
        hidden: width of the three LSTM layers.
        embedding: numbers of a speaker embedding.
        code: numbers of the speaker code made from it.
        noise: random numbers a frame.
        width, heads, layers, feed_forward: of the attention over time.
    """

    features: int = 80
    hidden: int = 256
    embedding: int = 256
    code: int = 128
    noise: int = 128
    width: int = 64
    heads: int = 2
    layers: int = 2
    feed_forward: int = 2048


class SpeakerAware(nn.Module):
    """Displacement of the 68 landmarks, head motion included, from speech and who speaks.

    The attribute names are the published checkpoint's keys. Attention runs over consecutive frames,
    so the result for a frame depends on which frames are given together.

    Args:
        dims: sizes.
        dropout: between the LSTM's layers and inside attention, while training only.
    """

    def __init__(self, dims: SpeakerDims | None = None, dropout: float = 0.0):
        super().__init__()
        self.dims = dims = dims or SpeakerDims()
        attention = AttentionDims(dims.width, dims.heads, dims.layers, dims.feed_forward, dropout)
        self.audio_content_encoder = nn.LSTM(
            dims.features, dims.hidden, 3, dropout=dropout, batch_first=True
        )
        self.spk_emb_encoder = nn.Sequential(
            nn.Linear(dims.embedding, 256),
            nn.LeakyReLU(_LEAK),
            nn.Linear(256, dims.code),
            nn.LeakyReLU(_LEAK),
            nn.Linear(dims.code, dims.code),
        )
        self.encoder = Encoder(dims.hidden + dims.code + dims.noise, attention)
        self.decoder = UnusedDecoder(N_COORDINATES, attention)
        self.out = nn.Sequential(
            nn.Linear(dims.width + dims.noise, 512),
            nn.LeakyReLU(_LEAK),
            nn.Linear(512, 256),
            nn.LeakyReLU(_LEAK),
            nn.Linear(256, N_COORDINATES),
        )

    def forward(self, windows: Tensor, embedding: Tensor, noise: Tensor | None = None) -> Tensor:
        """Displacement over one stretch of consecutive frames.

        Args:
            windows: shape = (T, 18, features), standardised, T <= 512.
            embedding: shape = (T, 256) or (1, 256), times ``EMBEDDING_GAIN``.
            noise: shape = (T, 128); None is zero noise, as the published inference runs.

        Returns:
            shape = (T, 204), face units.
        """
        heard = self.hear(windows)[None]
        code = self.spk_emb_encoder(embedding).expand(len(windows), -1)[None]
        return self.displace(heard, code, None if noise is None else noise[None])[0]

    def hear(self, windows: Tensor) -> Tensor:
        """What the LSTM makes of each window by itself; (N, 18, features) -> (N, hidden)."""
        return self.audio_content_encoder(windows)[0][:, -1]

    def along(self, chunks: Tensor, embedding: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Displacement over stretches as training needs it: batches, and several noises at once.

        The LSTM runs over pieces that predict 16 frames each instead of a window a frame: later
        frames of a piece have heard up to 15 frames more than their own 18, at a ninth of the cost.

        Args:
            chunks: shape = (B, T + 17, features), standardised, T <= 512.
            embedding: shape = (B, 256), times ``EMBEDDING_GAIN``.
            noise: shape = (K, B, T, 128), K noises for each stretch.

        Returns:
            displacement, shape = (K, B, T, 204), face units, and speaker code, shape = (B, 128).
        """
        draws, batch, length, _ = noise.shape
        code = self.spk_emb_encoder(embedding)
        heard = self._hear_along(chunks)
        frames = torch.cat([heard, code[:, None].expand(-1, length, -1)], dim=2)
        frames = frames.expand(draws, -1, -1, -1).reshape(draws * batch, length, -1)
        heard, codes = frames.split([self.dims.hidden, self.dims.code], dim=2)
        moved = self.displace(heard, codes, noise.reshape(draws * batch, length, -1))
        return moved.view(draws, batch, length, -1), code

    def _hear_along(self, chunks: Tensor) -> Tensor:
        batch, length, features = chunks.shape
        predicted = length - WINDOW + 1
        missing = -predicted % _PIECE
        chunks = torch.cat([chunks, chunks[:, -1:].expand(-1, missing, -1)], dim=1)
        pieces = chunks.unfold(1, _PIECE + WINDOW - 1, _PIECE).transpose(2, 3)
        heard = self.audio_content_encoder(pieces.reshape(-1, _PIECE + WINDOW - 1, features))[0]
        return heard[:, WINDOW - 1 :].reshape(batch, -1, self.dims.hidden)[:, :predicted]

    def displace(self, heard: Tensor, code: Tensor, noise: Tensor | None) -> Tensor:
        """Displacement from LSTM states and speaker codes; (B, T, ...) -> (B, T, 204)."""
        if noise is None:
            noise = heard.new_zeros(*heard.shape[:2], self.dims.noise)
        encoded = self.encoder(torch.cat([heard, code, noise], dim=2))
        return self.out(torch.cat([encoded, noise], dim=2))

    @torch.no_grad()
    def scale_output(self, scale: float) -> None:
        """Fold a factor into the last layer: from now on the output is ``scale`` times larger."""
        last = self.out[-1]
        assert isinstance(last, nn.Linear)
        last.weight.mul_(scale)
        last.bias.mul_(scale)
