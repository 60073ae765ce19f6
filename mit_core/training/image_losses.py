"""Losses on pictures: edges, structure, and the places that count more than others."""

import torch
from torch import Tensor
from torch.nn import functional

from mit_core.faces.mouth_box import mouth_boxes

_WINDOW, _SIGMA = 11, 1.5
_C1, _C2 = 0.01**2, 0.03**2
"""Window and constants of Wang et al. 2004, for pictures of range 0..1."""

_PATCH = 14
"""Pixels a side: several of a face's features do not lie in one patch at 128 pixels."""
_SMOOTH = 1e-6
"""Mean square that does not show; the root's slope has no end without it."""
_LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in what the eye sees as brightness (ITU-R BT.601)."""


def weighted_l1_images(made: Tensor, truth: Tensor, weights: Tensor | None = None) -> Tensor:
    """Mean absolute difference of pictures (N, 3, H, W).

    Args:
        weights: shape = (N, 1, H, W), as ``mouth_weights`` gives them; None for 1 everywhere.
    """
    difference = (made - truth).abs()
    return (difference if weights is None else difference * weights).mean()


def weighted_squares(made: Tensor, truth: Tensor, weights: Tensor) -> Tensor:
    """Mean squared difference of pictures (N, 3, H, W), weighted by (N, 1, H, W)."""
    return ((made - truth).square() * weights).mean()


def gradient_loss(made: Tensor, truth: Tensor) -> Tensor:
    """Mean absolute difference of the steps from pixel to pixel, along x plus along y.

    Blind to tone, it keeps edges where they are and as sharp as they are (Mathieu et al. 2016).
    """
    error = made - truth
    along_x = (error[..., :, 1:] - error[..., :, :-1]).abs().mean()
    along_y = (error[..., 1:, :] - error[..., :-1, :]).abs().mean()
    return along_x + along_y


def structural_similarity(made: Tensor, truth: Tensor) -> Tensor:
    """SSIM (Wang et al. 2004): Gaussian window of 11 pixels, sigma 1.5, whole windows only.

    Args:
        made, truth: shape = (N, C, H, W), 0..1, sides of 11 pixels at least.

    Returns:
        shape = (N,), mean over place and channels, at most 1.
    """
    channels = made.shape[1]
    places = torch.arange(_WINDOW, dtype=made.dtype, device=made.device) - _WINDOW // 2
    row = torch.exp(-places.square() / (2 * _SIGMA**2))
    row = (row / row.sum()).view(1, 1, 1, _WINDOW)

    def mean(image: Tensor) -> Tensor:
        count = image.shape[1]
        wide = functional.conv2d(image, row.expand(count, 1, 1, _WINDOW), groups=count)
        tall = row.transpose(2, 3).expand(count, 1, _WINDOW, 1)
        return functional.conv2d(wide, tall, groups=count)

    all_means = mean(
        torch.cat([made, truth, made.square(), truth.square(), made * truth], dim=1)
    ).split(channels, dim=1)
    mean_made, mean_truth, square_made, square_truth, product = all_means
    brightness = (2 * mean_made * mean_truth + _C1) / (
        mean_made.square() + mean_truth.square() + _C1
    )
    variances = square_made - mean_made.square() + square_truth - mean_truth.square()
    structure = (2 * (product - mean_made * mean_truth) + _C2) / (variances + _C2)
    return (brightness * structure).mean(dim=(1, 2, 3))


def ssim_loss(made: Tensor, truth: Tensor) -> Tensor:
    """1 - SSIM, mean over pictures (N, C, H, W), 0..1."""
    return 1 - structural_similarity(made, truth).mean()


def texture_loss(made: Tensor, truth: Tensor) -> Tensor:
    """How much finer or smoother pictures (N, 3, H, W) are than the truth, place by place.

    Mean absolute difference of the Laplacian's root mean square in patches, over its mean in the
    truth. L1 and SSIM are lowest for a smooth picture where edges and details cannot be foretold to
    the pixel; this asks for as much of them as the truth has, wherever in the patch they lie.
    """
    wanted = _detail(truth)
    return (_detail(made) - wanted).abs().mean() / wanted.mean()


def mouth_weights(landmarks: Tensor, size: int, weight: float = 5.0) -> Tensor:
    """How much each pixel counts: 1, and ``weight`` in the mouth's box; (N, 1, size, size).

    Args:
        landmarks: shape = (N, 68, 2 or 3), pixels of pictures of ``size`` a side.
        weight: of the mouth's pixels.
    """
    boxes = torch.as_tensor(
        mouth_boxes(landmarks.detach().cpu().numpy(), size, size), device=landmarks.device
    )
    places = torch.arange(size, device=landmarks.device)
    x0, y0, x1, y1 = (side[:, None] for side in boxes.unbind(dim=1))
    across = (places >= x0) & (places < x1)
    down = (places >= y0) & (places < y1)
    inside = (down[:, None, :, None] & across[:, None, None, :]).float()
    return 1 + (weight - 1) * inside


def lower_faces(images: Tensor, landmarks: Tensor, share: float = 0.5) -> Tensor:
    """A square around each mouth: what a feature network should look at, at a quarter of the work.

    Args:
        images: shape = (N, C, S, S).
        landmarks: shape = (N, 68, 2 or 3), their pixels.
        share: side of the square over S.

    Returns:
        shape = (N, C, s, s), s = S * share, rounded; squares are moved to lie inside the picture.
    """
    size = images.shape[-1]
    side = round(size * share)
    middles = landmarks[:, 48:68, :2].mean(dim=1)
    corners = (middles - side / 2).round().clamp(0, size - side).long().tolist()
    return torch.stack(
        [
            image[:, y : y + side, x : x + side]
            for image, (x, y) in zip(images, corners, strict=True)
        ]
    )


def _detail(pictures: Tensor) -> Tensor:
    """Root mean square of the Laplacian in each patch, (N, 1, h, w)."""
    weights = torch.tensor(_LUMA, dtype=pictures.dtype, device=pictures.device).view(1, 3, 1, 1)
    grey = (pictures * weights).sum(dim=1, keepdim=True)
    middle = grey[..., 1:-1, 1:-1]
    beside = grey[..., 1:-1, :-2] + grey[..., 1:-1, 2:] + grey[..., :-2, 1:-1] + grey[..., 2:, 1:-1]
    return (functional.avg_pool2d((beside - 4 * middle).square(), _PATCH) + _SMOOTH).sqrt()
