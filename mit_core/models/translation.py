"""Image translation: a landmark sketch and a portrait become a frame (Zhou et al. 2020, sec. 5)."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

CHANNELS = (64, 128, 256, 512, 512, 512)
"""Of the published network's six levels."""


class TranslationNetwork(nn.Module):
    """U-Net of residual blocks; the attribute names are the published keys.

    Args:
        inputs: channels of sketch and portrait together.
        outputs: channels of the frame.
        channels: of each level, the picture's side halving at each; the published ones give 69.9 M
            parameters.

    Raises:
        ValueError: fewer than two levels.
    """

    def __init__(self, inputs: int = 6, outputs: int = 3, channels: Sequence[int] = CHANNELS):
        super().__init__()
        if len(channels) < 2:
            raise ValueError(f"a U-Net has two levels at least, not channels {tuple(channels)}")
        self.channels = tuple(channels)
        self.model = _Level(inputs, outputs, self.channels)

    @property
    def multiple(self) -> int:
        """What the sides of a picture are multiples of, pixels."""
        return int(2 ** len(self.channels))

    def forward(self, image: Tensor) -> Tensor:
        """The frame before its tanh.

        Args:
            image: shape = (N, 6, H, W), sketch then portrait, BGR, 0..1; H and W multiples of
                ``multiple``.

        Returns:
            shape = (N, 3, H, W); the frame in BGR is tanh of it, negatives cut to 0.
        """
        frame: Tensor = self.model(image)
        return frame


class _Level(nn.Module):
    """One level: halve, residual blocks, the levels inside, double, residual blocks."""

    def __init__(self, inputs: int, outputs: int, widths: tuple[int, ...], outermost: bool = True):
        super().__init__()
        channels, *within = widths
        self.outermost = outermost
        down: list[nn.Module] = [_convolution(inputs, channels, stride=2)]
        if not outermost and within:
            down.append(nn.BatchNorm2d(channels))
        down += [nn.ReLU(inplace=True), _Residual(channels), _Residual(channels)]
        inside = [_Level(channels, channels, tuple(within), outermost=False)] if within else []
        # the level inside hands on its own input beside its output
        wide = 2 * channels if within else channels
        up: list[nn.Module] = [nn.Upsample(scale_factor=2), _convolution(wide, outputs)]
        if not outermost:
            up += [
                nn.BatchNorm2d(outputs),
                nn.ReLU(inplace=True),
                _Residual(outputs),
                _Residual(outputs),
            ]
        self.model = nn.Sequential(*down, *inside, *up)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.model(x)
        return y if self.outermost else torch.cat([x, y], dim=1)


class _Residual(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.block = nn.Sequential(
            _convolution(channels, channels),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            _convolution(channels, channels),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.block(x))


def _convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
