"""Losses on the features of a network that knows pictures: what is seen, and in what manner."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mit_core.models.feature_networks import FeatureNetwork


class PerceptualLoss(nn.Module):
    """Feature difference plus weighted style difference.

    Args:
        network: whose features they are.
        style: weight of the style loss beside the feature loss; 0 leaves it out.
    """

    def __init__(self, network: FeatureNetwork, style: float = 0.0):
        super().__init__()
        self.network = network
        self.style = style

    def forward(self, made: Tensor, truth: Tensor) -> Tensor:
        """The loss of pictures (N, 3, H, W), RGB, 0..1, against the truth."""
        with torch.no_grad():
            wanted = self.network(truth)
        found = self.network(made)
        loss = feature_loss(found, wanted)
        if self.style:
            loss = loss + self.style * style_loss(found, wanted)
        return loss


def feature_loss(found: Sequence[Tensor], wanted: Sequence[Tensor]) -> Tensor:
    """Mean absolute difference of each slice, summed over slices (Johnson et al. 2016)."""
    return torch.stack([(f - w).abs().mean() for f, w in zip(found, wanted, strict=True)]).sum()


def style_loss(found: Sequence[Tensor], wanted: Sequence[Tensor]) -> Tensor:
    """Mean squared difference of each slice's Gram matrices, summed (Gatys et al. 2016)."""
    return torch.stack(
        [(gram(f) - gram(w)).square().mean() for f, w in zip(found, wanted, strict=True)]
    ).sum()


def gram(features: Tensor) -> Tensor:
    """How a picture's channels go together: F F' / (C H W), one matrix a picture.

    The mean over the picture keeps its size out of it; pictures of a batch are never mixed.

    Args:
        features: shape = (N, C, H, W).

    Returns:
        shape = (N, C, C).
    """
    flat = features.flatten(2)
    return flat @ flat.transpose(1, 2) / (flat.shape[1] * flat.shape[2])
