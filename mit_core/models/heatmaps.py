"""Where the peaks of heatmaps are, in the picture that they were made of."""

import torch
from torch import Tensor

from mit_core.models.awing import STRIDE

_CENTRE = (STRIDE - 1) / 2
"""Where the middle of a heatmap's first pixel lies, pixels of the picture."""

_FLOOR = 1e-3
"""Least height that a logarithm is taken of; truth reaches 1."""


def quarter_peaks(heatmaps: Tensor) -> tuple[Tensor, Tensor]:
    """Peaks as the published network's users took them (Bulat and Tzimiropoulos 2017).

    The highest pixel, moved a quarter of a pixel towards its higher neighbour on each axis.

    Args:
        heatmaps: shape = (N, P, H, W).

    Returns:
        (N, P, 2) x and y in pixels of the picture, and heights (N, P).
    """
    places, heights, around = _neighbourhoods(heatmaps)
    step = 0.25 * torch.sign(around[..., 2] - around[..., 0])
    # counted from 1, less half a pixel
    return (places + step + 0.5) * STRIDE, heights


def fine_peaks(heatmaps: Tensor) -> tuple[Tensor, Tensor]:
    """Peaks below a pixel: the top of the Gaussian through the highest pixel and its neighbours.

    Args:
        heatmaps: shape = (N, P, H, W), of Gaussians whose centres are not rounded.

    Returns:
        as ``quarter_peaks``.
    """
    places, heights, around = _neighbourhoods(heatmaps)
    before, middle, after = around.clamp_min(_FLOOR).log().unbind(-1)
    # of the parabola through three logarithms
    bend = 2 * middle - before - after
    step = torch.where(bend > _FLOOR, (after - before) / (2 * bend.clamp_min(_FLOOR)), 0.0)
    return (places + step.clamp(-0.5, 0.5)) * STRIDE + _CENTRE, heights


def _neighbourhoods(heatmaps: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Highest pixels (N, P, 2) as x and y, their heights (N, P), and on both axes the values
    before, at and after them (N, P, 2, 3); beyond the rim the rim's value repeats."""
    count, points, height, width = heatmaps.shape
    flat = heatmaps.reshape(count, points, height * width)
    heights, index = flat.max(dim=2)
    y, x = torch.div(index, width, rounding_mode="floor"), index % width
    rows = []
    for across, down in ((1, 0), (0, 1)):
        shifted = [
            (y + down * step).clamp(0, height - 1) * width + (x + across * step).clamp(0, width - 1)
            for step in (-1, 0, 1)
        ]
        rows.append(flat.gather(2, torch.stack(shifted, dim=2).flatten(1).view(count, points, 3)))
    return torch.stack([x, y], dim=2).to(heatmaps), heights, torch.stack(rows, dim=2)
