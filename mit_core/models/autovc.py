"""AutoVC: the same words in another voice (Qian et al. 2019; F0 after Qian et al. 2020)."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

_KERNEL = 5
"""Frames that each convolution sees: 80 ms."""
_GROUPS = 32
_CHANNELS_OF_LAST_GROUPS = 16
"""The last norm has the mel's 80 bands in 5 groups of 16."""


@dataclass(frozen=True)
class AutoVCDims:
    """Sizes of AutoVC; the defaults are the published ones (14.3 M parameters).

    Attributes:
        bands: of the mel.
        speaker: numbers of a speaker embedding.
        pitches: F0 classes.
        width: channels of the convolutions; a multiple of 32.
        code: numbers of a code, forwards and backwards each.
        code_every: frames that one code stands for.
        hidden: width of the decoder's LSTM.
        layers: of the decoder's LSTM.
    """

    bands: int = 80
    speaker: int = 256
    pitches: int = 257
    width: int = 512
    code: int = 16
    code_every: int = 16
    hidden: int = 512
    layers: int = 3


class AutoVC(nn.Module):
    """Mel of an utterance -> mel of the same words by a target speaker.

    The code between encoder and decoder is so narrow that who speaks does not fit through it; the
    decoder is told that, and the pitch, apart. The attribute names are the published checkpoint's
    keys.

    Args:
        dims: sizes.
    """

    def __init__(self, dims: AutoVCDims | None = None):
        super().__init__()
        self.dims = dims = dims or AutoVCDims()
        self.encoder = _Encoder(dims)
        self.decoder = _Decoder(dims)
        self.postnet = _Postnet(dims)

    def forward(
        self, mel: Tensor, source: Tensor, target: Tensor, pitch: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Convert utterances.

        Args:
            mel: shape = (B, T, bands); T a multiple of ``code_every``.
            source: shape = (B, speaker), embedding of who speaks.
            target: shape = (B, speaker), embedding of who shall speak.
            pitch: shape = (B, T), integer F0 classes, 0 = unvoiced.

        Returns:
            The mel before and after the postnet, shape = (B, T, bands) each, and the codes,
            shape = (B, T / code_every, 2 * code).
        """
        codes = self.encoder(mel, source)
        frames = codes.repeat_interleave(self.dims.code_every, dim=1)
        before = self.decoder(frames, target, pitch)
        return before, before + self.postnet(before), codes

    def reconstruct(
        self, mel: Tensor, source: Tensor, target: Tensor, pitch: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """As ``forward``, with the codes of the result as a fourth (for training)."""
        before, after, codes = self(mel, source, target, pitch)
        return before, after, codes, self.encoder(after, target)


class _Encoder(nn.Module):
    def __init__(self, dims: AutoVCDims):
        super().__init__()
        widths = [dims.bands + dims.speaker] + 3 * [dims.width]
        self.convolutions = nn.ModuleList(
            nn.Sequential(_Convolution(a, b, "relu"), nn.GroupNorm(_GROUPS, b))
            for a, b in pairwise(widths)
        )
        self.lstm = nn.LSTM(dims.width, dims.code, 2, batch_first=True, bidirectional=True)
        self.dims = dims

    def forward(self, mel: Tensor, speaker: Tensor) -> Tensor:
        """mel (B, T, bands) and speaker (B, speaker) -> codes (B, T / code_every, 2 * code)."""
        x = torch.cat([mel, speaker[:, None].expand(-1, mel.shape[1], -1)], dim=2).transpose(1, 2)
        for layer in self.convolutions:
            x = functional.relu(layer(x))
        x = self.lstm(x.transpose(1, 2))[0]
        # Each direction is read where it has heard all of the code's frames.
        every, code = self.dims.code_every, self.dims.code
        return torch.cat([x[:, every - 1 :: every, :code], x[:, ::every, code:]], dim=2)


class _Decoder(nn.Module):
    def __init__(self, dims: AutoVCDims):
        super().__init__()
        heard = 2 * dims.code + dims.speaker + dims.pitches
        self.lstm = nn.LSTM(heard, dims.hidden, dims.layers, batch_first=True)
        self.linear_projection = _Linear(dims.hidden, dims.bands)
        self.pitches = dims.pitches

    def forward(self, codes: Tensor, speaker: Tensor, pitch: Tensor) -> Tensor:
        """codes (B, T, 2 * code), speaker (B, speaker), pitch (B, T) -> mel (B, T, bands)."""
        voices = speaker[:, None].expand(-1, codes.shape[1], -1)
        pitches = functional.one_hot(pitch.long(), self.pitches).to(codes.dtype)
        return self.linear_projection(self.lstm(torch.cat([codes, voices, pitches], dim=2))[0])


class _Postnet(nn.Module):
    def __init__(self, dims: AutoVCDims):
        super().__init__()
        widths = [dims.bands] + 4 * [dims.width] + [dims.bands]
        last = dims.bands // _CHANNELS_OF_LAST_GROUPS
        self.convolutions = nn.ModuleList(
            nn.Sequential(
                _Convolution(a, b, "tanh" if i < 4 else "linear"),
                nn.GroupNorm(_GROUPS if i < 4 else last, b),
            )
            for i, (a, b) in enumerate(pairwise(widths))
        )

    def forward(self, mel: Tensor) -> Tensor:
        """mel (B, T, bands) -> what to add to it, same shape."""
        x = mel.transpose(1, 2)
        for layer in self.convolutions[:-1]:
            x = torch.tanh(layer(x))
        return self.convolutions[-1](x).transpose(1, 2)


class _Convolution(nn.Module):
    def __init__(self, inputs: int, outputs: int, follows: Literal["relu", "tanh", "linear"]):
        super().__init__()
        self.conv = nn.Conv1d(inputs, outputs, _KERNEL, padding=_KERNEL // 2)
        nn.init.xavier_uniform_(self.conv.weight, gain=nn.init.calculate_gain(follows))

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class _Linear(nn.Module):
    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.linear_layer = nn.Linear(inputs, outputs)
        nn.init.xavier_uniform_(self.linear_layer.weight)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear_layer(x)
