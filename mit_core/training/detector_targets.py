"""The heatmaps that a landmark network is to make: a Gaussian a landmark, and the outline."""

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mit_core.faces.scheme import CLOSED_CONTOURS, OPEN_CONTOURS
from mit_core.models.awing import STRIDE

_SIGMA = 1.25
"""Of the Gaussians, pixels of the heatmap."""

_FRACTION = 4
"""Bits below a pixel that lines are drawn with."""

Array = npt.NDArray[np.floating]


def target_heatmaps(points: Array, size: int) -> Tensor:
    """The truth for a batch.

    Args:
        points: shape = (N, 68, 2), pixels of pictures of this size; those outside have no peak.
        size: pixels a side of the pictures.

    Returns:
        shape = (N, 69, size / 4, size / 4), 0..1: each landmark's, then the outline's.
    """
    outlines = torch.from_numpy(np.stack([_outline(face, size) for face in points]))
    return torch.cat([_peaks(points, size // STRIDE), outlines[:, None]], dim=1)


def _peaks(points: Array, side: int) -> Tensor:
    """Gaussians whose centres are not rounded to pixels."""
    centres = (torch.from_numpy(np.asarray(points, np.float32)) - (STRIDE - 1) / 2) / STRIDE
    along = torch.exp(-0.5 * ((torch.arange(side) - centres[..., None]) / _SIGMA) ** 2)
    across, down = along.unbind(dim=2)
    return down[..., :, None] * across[..., None, :]


def _outline(points: Array, size: int) -> npt.NDArray[np.float32]:
    """The contours of one face as ridges, (size / 4, size / 4)."""
    canvas = np.full((size, size), 255, np.uint8)
    fixed = np.rint(np.asarray(points) * 2**_FRACTION).astype(np.int32)
    for closed, contours in ((True, CLOSED_CONTOURS), (False, OPEN_CONTOURS)):
        lines = [fixed[list(contour)] for contour in contours]
        cv2.polylines(canvas, lines, closed, (0,), shift=_FRACTION)
    away = cv2.distanceTransform(canvas, cv2.DIST_L2, cv2.DIST_MASK_5)
    # of the heatmap's pixels the mean over what they stand for, so that thin lines stay
    ridge = np.exp(-0.5 * (away / (STRIDE * _SIGMA)) ** 2).astype(np.float32)
    small = cv2.resize(ridge, (size // STRIDE, size // STRIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)
