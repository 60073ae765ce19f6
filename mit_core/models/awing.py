"""The AdaptiveWing landmark network: stacked hourglasses that see where they look.

Wang, Bo and Fuxin 2019, "Adaptive Wing Loss for Robust Face Alignment via Heatmap Regression";
hourglasses after Bulat and Tzimiropoulos 2017, coordinates as channels after Liu et al. 2018.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

STRIDE = 4
"""Pixels of the picture a pixel of the heatmaps."""

_DEPTH = 4
"""Times that an hourglass halves its picture."""

_BOUNDARY_SEEN = 0.05
"""Of a boundary heatmap's range 0..1: what exceeds it is taken for a part of the outline."""


@dataclass(frozen=True)
class AwingDims:
    """Sizes; the defaults are the published network's.

    Attributes:
        points: landmarks; one heatmap more is that of the boundary.
        stacks: hourglasses one after the other.
        width: channels inside them, a multiple of 16.
    """

    points: int = 98
    stacks: int = 4
    width: int = 256


class AwingHeatmaps(NamedTuple):
    """What a network saw.

    Attributes:
        stages: of each hourglass, shape = (N, points + 1, S/4, S/4); the boundary's comes last.
        boundary: y and x, -1..1, where the last but one stage's outline is, else 0; shape =
            (N, 2, S/4, S/4). None of a network of one hourglass.
    """

    stages: tuple[Tensor, ...]
    boundary: Tensor | None


class AwingNetwork(nn.Module):
    """Heatmaps of landmarks; attributes are named as the published checkpoint's keys.

    Args:
        dims: sizes; the published network's 24.2 M parameters by default.
    """

    def __init__(self, dims: AwingDims = AwingDims()):
        super().__init__()
        self.dims = dims
        width, maps = dims.width, dims.points + 1
        self.conv1 = CoordConv(3, width // 4, kernel_size=7, stride=2, padding=3)
        self.bn1 = nn.BatchNorm2d(width // 4)
        self.conv2 = _Block(width // 4, width // 2)
        self.conv3 = _Block(width // 2, width // 2)
        self.conv4 = _Block(width // 2, width)
        for stage in range(dims.stacks):
            self.add_module(f"m{stage}", _Hourglass(width, first=stage == 0))
            self.add_module(f"top_m_{stage}", _Block(width, width))
            self.add_module(f"conv_last{stage}", nn.Conv2d(width, width, 1))
            self.add_module(f"bn_end{stage}", nn.BatchNorm2d(width))
            self.add_module(f"l{stage}", nn.Conv2d(width, maps, 1))
            if stage < dims.stacks - 1:
                self.add_module(f"bl{stage}", nn.Conv2d(width, width, 1))
                self.add_module(f"al{stage}", nn.Conv2d(maps, width, 1))

    def forward(self, image: Tensor) -> AwingHeatmaps:
        """Heatmaps of all stages.

        Args:
            image: shape = (N, 3, S, S), RGB, 0..1; S a multiple of 64.
        """
        x = functional.relu(self.bn1(self.conv1(image)))
        x = functional.avg_pool2d(self.conv2(x), 2)
        x = self.conv4(self.conv3(x))
        stages: list[Tensor] = []
        boundary = None
        for stage in range(self.dims.stacks):
            if stages:
                boundary = boundary_coordinates(stages[-1][:, -1:])
            y = self._part("top_m_", stage)(self._part("m", stage)(x, boundary))
            y = self._part("bn_end", stage)(self._part("conv_last", stage)(y))
            y = functional.relu(y)
            stages.append(self._part("l", stage)(y))
            if stage < self.dims.stacks - 1:
                x = x + self._part("bl", stage)(y) + self._part("al", stage)(stages[-1])
        return AwingHeatmaps(tuple(stages), boundary)

    def _part(self, name: str, stage: int) -> nn.Module:
        return self.get_submodule(f"{name}{stage}")


class CoordConv(nn.Module):
    """A convolution that is also told y, x (-1..1) and the radius (0..1) of every pixel.

    Args:
        inputs, outputs: channels.
        extra: channels beside the inputs, given to ``forward``.
        options: of ``nn.Conv2d``.
    """

    def __init__(self, inputs: int, outputs: int, extra: int = 0, **options: int):
        super().__init__()
        self.conv = nn.Conv2d(inputs + 3 + extra, outputs, **options)  # type: ignore[arg-type]

    def forward(self, x: Tensor, extra: Tensor | None = None) -> Tensor:
        """``extra``: shape = (N, extra, H, W)."""
        down, across = _coordinates(x)
        radius = torch.sqrt(across**2 + down**2)
        channels = [x, down, across, radius / radius.max()]
        if extra is not None:
            channels.append(extra)
        y: Tensor = self.conv(torch.cat(channels, dim=1))
        return y


def boundary_coordinates(boundary: Tensor) -> Tensor:
    """y and x, -1..1, of the pixels on the outline, 0 elsewhere; shape = (N, 2, H, W).

    Args:
        boundary: its heatmap, shape = (N, 1, H, W).
    """
    seen = boundary.clamp(0, 1) > _BOUNDARY_SEEN
    return torch.cat([torch.where(seen, each, 0.0) for each in _coordinates(boundary)], dim=1)


def _coordinates(like: Tensor) -> tuple[Tensor, Tensor]:
    """y and x of each pixel, -1..1, as the published weights want them; (N, 1, H, W) each."""
    count, _, height, width = like.shape
    x = torch.linspace(-1, 1, width, dtype=like.dtype, device=like.device)
    y = torch.linspace(-1, 1, height, dtype=like.dtype, device=like.device)
    shape = count, 1, height, width
    return y[:, None].expand(shape), x.expand(shape)


class _Hourglass(nn.Module):
    def __init__(self, width: int, first: bool):
        super().__init__()
        self.coordconv = CoordConv(width, width, extra=0 if first else 2, kernel_size=1)
        for level in range(_DEPTH, 0, -1):
            self.add_module(f"b1_{level}", _Block(width, width))
            self.add_module(f"b2_{level}", _Block(width, width))
        self.b2_plus_1 = _Block(width, width)
        for level in range(1, _DEPTH + 1):
            self.add_module(f"b3_{level}", _Block(width, width))

    def forward(self, x: Tensor, boundary: Tensor | None) -> Tensor:
        return self._level(self.coordconv(x, boundary), _DEPTH)

    def _level(self, x: Tensor, level: int) -> Tensor:
        beside: Tensor = self.get_submodule(f"b1_{level}")(x)
        low = self.get_submodule(f"b2_{level}")(functional.avg_pool2d(x, 2))
        low = self._level(low, level - 1) if level > 1 else self.b2_plus_1(low)
        low = self.get_submodule(f"b3_{level}")(low)
        return beside + functional.interpolate(low, scale_factor=2.0, mode="nearest")


class _Block(nn.Module):
    """Three convolutions whose outputs lie beside each other: half, quarter, quarter."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        sizes = [inputs, outputs // 2, outputs // 4, outputs // 4]
        for place, (ins, outs) in enumerate(pairwise(sizes), start=1):
            self.add_module(f"bn{place}", nn.BatchNorm2d(ins))
            self.add_module(f"conv{place}", nn.Conv2d(ins, outs, 3, padding=1, bias=False))
        self.downsample: nn.Module | None = None
        if inputs != outputs:
            self.downsample = nn.Sequential(
                nn.BatchNorm2d(inputs), nn.ReLU(), nn.Conv2d(inputs, outputs, 1, bias=False)
            )

    def forward(self, x: Tensor) -> Tensor:
        outs: list[Tensor] = []
        y = x
        for place in (1, 2, 3):
            y = functional.relu(self.get_submodule(f"bn{place}")(y))
            y = self.get_submodule(f"conv{place}")(y)
            outs.append(y)
        return torch.cat(outs, dim=1) + (x if self.downsample is None else self.downsample(x))
