"""The Adaptive Wing loss on heatmaps (Wang, Bo and Fuxin 2019, eq. 5 to 8)."""

import torch
from torch import Tensor
from torch.nn import functional

_OMEGA, _THETA, _EPSILON, _ALPHA = 14.0, 0.5, 1.0, 2.1
_FOREGROUND_WEIGHT = 10.0
"""More that errors weigh where the truth, dilated, exceeds the threshold below."""
_FOREGROUND = 0.2


def adaptive_wing(predicted: Tensor, truth: Tensor) -> Tensor:
    """Error of each pixel: as a logarithm near the truth, linear from a distance of 1/2 on.

    Args:
        predicted, truth: heatmaps of one shape; the truth within 0..1.

    Returns:
        the same shape; value and gradient go on without a step where the two parts meet.
    """
    distance = (truth - predicted).abs()
    power = _ALPHA - truth
    meeting = (_THETA / _EPSILON) ** power
    slope = _OMEGA / (1 + meeting) * power * meeting / (_THETA / _EPSILON) / _EPSILON
    offset = _THETA * slope - _OMEGA * torch.log1p(meeting)
    # A power's gradient in 0 is no number to go on with where its exponent may be below 2; the
    # other part is kept off it, since what `where` does not choose is derived all the same.
    near = distance.clamp(1e-6, _THETA)
    return torch.where(
        distance < _THETA,
        _OMEGA * torch.log1p((near / _EPSILON) ** power),
        slope * distance - offset,
    )


def foreground_weights(truth: Tensor) -> Tensor:
    """Weights of the pixels: 11 on and around the peaks, 1 elsewhere.

    Args:
        truth: shape = (N, C, H, W), 0..1.
    """
    dilated = functional.max_pool2d(truth, 3, stride=1, padding=1)
    return 1 + _FOREGROUND_WEIGHT * (dilated > _FOREGROUND)


def heatmap_loss(predicted: Tensor, truth: Tensor) -> Tensor:
    """Mean of the weighted Adaptive Wing loss over all pixels of heatmaps (N, C, H, W)."""
    return (adaptive_wing(predicted, truth) * foreground_weights(truth)).mean()
