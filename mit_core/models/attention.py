"""Self-attention over time as the speaker-aware branch uses it (Vaswani et al. 2017, pre-norm)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

MOST_POSITIONS = 512
"""Rows of the positional table: the longest sequence that attention can take, 8.2 s at 62.5 Hz."""

_STD_EPSILON = 1e-6


@dataclass(frozen=True)
class AttentionDims:
    """Sizes of a stack of attention blocks; the defaults are the published ones.

    Attributes:
        width: numbers a frame between the blocks; a multiple of ``heads`` and even.
        heads: attention heads, which share the width.
        layers: blocks.
        hidden: width of the feed-forward layer inside a block.
        dropout: while training only; published .1.
    """

    width: int = 64
    heads: int = 2
    layers: int = 2
    hidden: int = 2048
    dropout: float = 0.1


class Norm(nn.Module):
    """Each frame to mean 0 and *unbiased* standard deviation 1, then scaled and shifted.

    Not ``nn.LayerNorm``, which divides by the biased deviation: published weights want this one.
    """

    def __init__(self, width: int):
        super().__init__()
        self.alpha = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise over the last axis."""
        centred = x - x.mean(dim=-1, keepdim=True)
        return self.alpha * centred / (x.std(dim=-1, keepdim=True) + _STD_EPSILON) + self.bias


class Attention(nn.Module):
    """Multi-head scaled dot-product attention; every frame sees all others."""

    def __init__(self, width: int, heads: int, dropout: float):
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.q_linear = nn.Linear(width, width)
        self.v_linear = nn.Linear(width, width)
        self.k_linear = nn.Linear(width, width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """Self-attention over the second axis; (B, T, width) -> (B, T, width)."""
        batch, length, width = x.shape
        q, k, v = (
            linear(x).view(batch, length, self.heads, -1).transpose(1, 2)
            for linear in (self.q_linear, self.k_linear, self.v_linear)
        )
        mixed = nn.functional.scaled_dot_product_attention(
            q, k, v, dropout_p=self.dropout if self.training else 0.0
        )
        return self.out(mixed.transpose(1, 2).reshape(batch, length, width))


class FeedForward(nn.Module):
    """Two linear layers, each frame by itself."""

    def __init__(self, width: int, hidden: int, dropout: float):
        super().__init__()
        self.linear_1 = nn.Linear(width, hidden)
        self.linear_2 = nn.Linear(hidden, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """(..., width) -> (..., width)."""
        return self.linear_2(self.dropout(torch.relu(self.linear_1(x))))


class EncoderBlock(nn.Module):
    """Attention, then feed-forward, each on normalised input and added to what came in."""

    def __init__(self, dims: AttentionDims):
        super().__init__()
        self.norm_1 = Norm(dims.width)
        self.norm_2 = Norm(dims.width)
        self.attn = Attention(dims.width, dims.heads, dims.dropout)
        self.ff = FeedForward(dims.width, dims.hidden, dims.dropout)
        self.dropout = nn.Dropout(dims.dropout)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, width) -> (B, T, width)."""
        x = x + self.dropout(self.attn(self.norm_1(x)))
        return x + self.dropout(self.ff(self.norm_2(x)))


class Encoder(nn.Module):
    """A sequence of frames, each made aware of all others and of its place among them.

    Args:
        inputs: numbers a frame.
        dims: sizes.
    """

    def __init__(self, inputs: int, dims: AttentionDims):
        super().__init__()
        self.embed = Embed(inputs, dims.width)
        self.pe = Positions(dims.width)
        self.layers = nn.ModuleList(EncoderBlock(dims) for _ in range(dims.layers))
        self.norm = Norm(dims.width)

    def forward(self, x: Tensor) -> Tensor:
        """Encode sequences; (B, T, inputs) -> (B, T, width), T <= 512.

        Raises:
            ValueError: the sequence is longer than the positional table.
        """
        x = self.pe(self.embed(x))
        for layer in self.layers:
            x = layer(x)
        return self.norm(x)


class Embed(nn.Module):
    """The linear layer before attention, under the published key ``embed.embed``."""

    def __init__(self, inputs: int, width: int):
        super().__init__()
        self.embed = nn.Linear(inputs, width)

    def forward(self, x: Tensor) -> Tensor:
        """(..., inputs) -> (..., width)."""
        return self.embed(x)


class Positions(nn.Module):
    """Adds a frame's place in its sequence, as sines of falling frequency."""

    pe: Tensor

    def __init__(self, width: int):
        super().__init__()
        self.register_buffer("pe", _position_table(width)[None])

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, width) -> (B, T, width); x is scaled by sqrt(width) to outweigh its place."""
        if x.shape[1] > self.pe.shape[1]:
            raise ValueError(
                f"a sequence of {x.shape[1]} frames exceeds the {self.pe.shape[1]} positions"
            )
        return x * math.sqrt(x.shape[2]) + self.pe[:, : x.shape[1]]


class UnusedDecoder(nn.Module):
    """Weights that the published speaker-aware branch carries and never uses.

    They are kept so that its files fit ours key for key, and take no part in training.
    """

    def __init__(self, inputs: int, dims: AttentionDims):
        super().__init__()
        self.embed = Embed(inputs, dims.width)
        self.pe = Positions(dims.width)
        self.layers = nn.ModuleList(_UnusedDecoderBlock(dims) for _ in range(dims.layers))
        self.norm = Norm(dims.width)
        self.requires_grad_(False)


class _UnusedDecoderBlock(nn.Module):
    def __init__(self, dims: AttentionDims):
        super().__init__()
        self.norm_1 = Norm(dims.width)
        self.norm_2 = Norm(dims.width)
        self.norm_3 = Norm(dims.width)
        self.attn_1 = Attention(dims.width, dims.heads, dims.dropout)
        self.attn_2 = Attention(dims.width, dims.heads, dims.dropout)
        self.ff = FeedForward(dims.width, dims.hidden, dims.dropout)


def _position_table(width: int) -> Tensor:
    """Sine at even columns i, cosine at odd i, of pos / 10000^(2 i / width); shape = (512, width).

    The exponents are twice those of Vaswani et al. (their i counts pairs of columns, the published
    code's counts columns), and the published weights learned with these.
    """
    position = torch.arange(MOST_POSITIONS, dtype=torch.float64)[:, None]
    column = torch.arange(width, dtype=torch.float64)
    angle = position / 10000 ** (2 * column / width)
    return torch.where(column.long() % 2 == 0, angle.sin(), angle.cos()).float()
