"""Losses on landmarks; the published ones and those that learn from little data."""

import torch
from torch import Tensor

from mit_core.faces.scheme import INNER_LIP_PAIRS, MOUTH, N_POINTS, contour_neighbours

_NEIGHBOURS = torch.from_numpy(contour_neighbours())


def published_weights(target: Tensor) -> Tensor:
    """How much each point counts in the published content loss.

    Mouth points count the more the smaller the gap g between points 62 and 66 is,
    1 / (4 |g_y| + 0.1): a mouth that should be shut must be shut.

    Args:
        target: shape = (N, 204), face units.

    Returns:
        shape = (N, 68, 1); 1 outside the mouth.
    """
    points = target.view(-1, N_POINTS, 3)
    weights = torch.ones(len(points), N_POINTS, 1, dtype=target.dtype, device=target.device)
    gap = (points[:, 66, 1] - points[:, 62, 1]).abs()
    weights[:, list(MOUTH), 0] = (1 / (4 * gap + 0.1))[:, None]
    return weights


def weighted_l1(prediction: Tensor, target: Tensor, weights: Tensor | None = None) -> Tensor:
    """Mean absolute error of landmarks (N, 204), each point weighted by weights (N, 68, 1)."""
    error = (prediction - target).abs().view(-1, N_POINTS, 3)
    return (error if weights is None else error * weights).mean()


def laplacian(landmarks: Tensor) -> Tensor:
    """Each point minus the mean of its two neighbours on its contour; shape = (N, 68, 3).

    Keeps contours smooth: it is blind to where a contour is and sees only its shape
    (Zhou et al. 2020, equation 5).
    """
    points = landmarks.view(-1, N_POINTS, 3)
    return points - points[:, _NEIGHBOURS.to(points.device)].mean(dim=2)


def content_loss(
    prediction: Tensor,
    target: Tensor,
    *,
    lip_weights: bool = True,
    with_laplacian: bool = True,
    with_velocity: bool = False,
) -> Tensor:
    """The published content loss.

    Args:
        prediction: shape = (N, 204), face plus displacement, face units, frames in order.
        target: shape = (N, 204).
        lip_weights: weigh mouth points by ``published_weights``.
        with_laplacian: add the L1 of the Laplacians' difference.
        with_velocity: add the L1 of the difference of frame-to-frame changes.
    """
    weights = published_weights(target) if lip_weights else None
    loss = weighted_l1(prediction, target, weights)
    if with_laplacian:
        loss = loss + (laplacian(prediction) - laplacian(target)).abs().mean()
    if with_velocity:
        loss = loss + ((prediction[1:] - prediction[:-1]) - (target[1:] - target[:-1])).abs().mean()
    return loss


def mouth_mse(prediction: Tensor, target: Tensor, mouth_weight: float) -> Tensor:
    """Squared error with heavier mouth points, plus that of the inner lips' gap.

    The gap (upper minus lower inner lip, three pairs) is what a viewer reads as speech, and is
    small beside the lips' common motion, so it has a term of its own.

    Args:
        prediction, target: shape = (..., 204), in units of their own deviation.
        mouth_weight: weight of points 48-67; the others count 1.
    """
    difference = (prediction - target).view(-1, N_POINTS, 3)
    weights = torch.ones(N_POINTS, 1, dtype=difference.dtype, device=difference.device)
    weights[list(MOUTH)] = mouth_weight
    upper, lower = (list(lip) for lip in zip(*INNER_LIP_PAIRS, strict=True))
    gap = difference[:, upper] - difference[:, lower]
    return (difference.square() * weights).mean() + gap.square().mean()
