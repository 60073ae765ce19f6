"""Image translation: a landmark sketch and a portrait become a frame (Zhou et al. 2020, sec. 5)."""

import torch
from torch import Tensor, nn

_CHANNELS = (64, 128, 256, 512, 512, 512)
"""Of the six levels; the picture halves at each, so its sides are multiples of 64."""


class TranslationNetwork(nn.Module):
    """U-Net of residual blocks, 69.9 M parameters; the attribute names are the published keys.

    Args:
        inputs: channels of sketch and portrait together.
        outputs: channels of the frame.
    """

    def __init__(self, inputs: int = 6, outputs: int = 3):
        super().__init__()
        self.model = _Level(inputs, outputs, 0)

    def forward(self, image: Tensor) -> Tensor:
        """The frame before its tanh.

        Args:
            image: shape = (N, 6, H, W), sketch then portrait, BGR, 0..1; H and W multiples of 64.

        Returns:
            shape = (N, 3, H, W); the frame in BGR is tanh of it, negatives cut to 0.
        """
        frame: Tensor = self.model(image)
        return frame


class _Level(nn.Module):
    """One level: halve, residual blocks, the levels inside, double, residual blocks."""

    def __init__(self, inputs: int, outputs: int, depth: int):
        super().__init__()
        channels = _CHANNELS[depth]
        self.outermost, innermost = depth == 0, depth == len(_CHANNELS) - 1
        down: list[nn.Module] = [_convolution(inputs, channels, stride=2)]
        if not self.outermost and not innermost:
            down.append(nn.BatchNorm2d(channels))
        down += [nn.ReLU(inplace=True), _Residual(channels), _Residual(channels)]
        inside = [] if innermost else [_Level(channels, channels, depth + 1)]
        # the level inside hands on its own input beside its output
        wide = channels if innermost else 2 * channels
        up: list[nn.Module] = [nn.Upsample(scale_factor=2), _convolution(wide, outputs)]
        if not self.outermost:
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
