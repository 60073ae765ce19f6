"""Refinement: a landmark sketch and the warped portrait become a better frame.

The warp keeps who it is and every detail; the network only mends what a warp cannot know. An
outline that the warp puts half a pixel off is moved, which keeps it sharp; the mouth's inside and
its shadows are drawn, as a difference and a mask of where it counts.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTHS = (32, 64, 96, 128)
"""Channels at 1/2, 1/4, 1/8 and 1/16 of the picture: 0.79 M parameters, 3.7 GFLOP at 256x256."""

_INPUTS, _OUTPUTS = 6, 6  # sketch and warp; residual, mask, and shift across and down
_BLOCK = 2  # pixels a side that are one pixel of the first level, which is 4 times cheaper so


_REACH = 1 / 32
"""Of the picture's side: how far the warp may be shifted, 4 pixels of 128. It misses by less than
one nearly everywhere; what is further off is not found again by a small step."""


class RefinementNetwork(nn.Module):
    """U-Net on blocks of 2x2 pixels that mends the warp; before training it changes nothing.

    Args:
        widths: channels of each level, the picture's side halving from one to the next.

    Raises:
        ValueError: fewer than two levels.
    """

    def __init__(self, widths: Sequence[int] = WIDTHS):
        super().__init__()
        if len(widths) < 2:
            raise ValueError(f"a U-Net has two levels at least, not widths {tuple(widths)}")
        self.widths = tuple(widths)
        self.fold = nn.PixelUnshuffle(_BLOCK)
        before = (_INPUTS * _BLOCK**2, *self.widths[:-1])
        self.down = nn.ModuleList(
            nn.Sequential(
                _layer(inputs, width, stride=1 if level == 0 else 2), _layer(width, width)
            )
            for level, (inputs, width) in enumerate(zip(before, self.widths, strict=True))
        )
        self.enlarge = nn.Upsample(scale_factor=2)
        self.up = nn.ModuleList(
            _layer(below + width, width)
            for width, below in zip(self.widths[:-1], self.widths[1:], strict=True)
        )
        self.last = nn.Conv2d(self.widths[0], _OUTPUTS * _BLOCK**2, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)  # type: ignore[arg-type]
        self.unfold = nn.PixelShuffle(_BLOCK)

    @property
    def multiple(self) -> int:
        """What the sides of a picture are multiples of, pixels."""
        return _BLOCK * 2 ** (len(self.widths) - 1)

    def forward(self, image: Tensor) -> Tensor:
        """The frame: shifted warp + sigmoid(mask) * tanh(residual).

        Args:
            image: shape = (N, 6, H, W), sketch then warped portrait, RGB, 0..1; H and W multiples
                of ``multiple``.

        Returns:
            shape = (N, 3, H, W), RGB; a little outside 0..1 where the network overshoots.
        """
        x = self.fold(image)
        levels = []
        for layer in self.down:
            x = layer(x)
            levels.append(x)
        for layer, beside in zip(reversed(self.up), reversed(levels[:-1]), strict=True):
            x = layer(torch.cat([self.enlarge(x), beside], dim=1))
        change: Tensor = self.unfold(self.last(x))
        moved = _shifted(image[:, 3:], torch.tanh(change[:, 4:]))
        return moved + torch.sigmoid(change[:, 3:4]) * torch.tanh(change[:, :3])


def _shifted(pictures: Tensor, shift: Tensor) -> Tensor:
    """Each pixel read from a place nearby, between pixels by a cubic, which keeps it sharp.

    Args:
        pictures: shape = (N, 3, H, W).
        shift: shape = (N, 2, H, W), -1..1 of the reach, right and down.
    """
    # In half precision places would be a sixteenth of a pixel off.
    pictures, shift = pictures.float(), shift.float()
    # Pixels are counted by sums of ones: the graph is exported, and must not hold the sizes.
    ones = torch.ones_like(shift[:, :1])
    places = [
        (ones.cumsum(axis) - 0.5) * (2 / ones.shape[axis]) - 1 + 2 * _REACH * shift[:, i : i + 1]
        for i, axis in enumerate((3, 2))
    ]
    return functional.grid_sample(
        pictures,
        torch.cat(places, dim=1).permute(0, 2, 3, 1),
        mode="bicubic",
        padding_mode="border",
        align_corners=False,
    )


def _layer(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )
