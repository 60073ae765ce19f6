"""Teeth and tongue as small RGBA layers in the portrait's own coordinates."""

import cv2
import numpy as np

from mit_core.rendering.layers import SHIFT
from mit_core.rendering.palette import MouthPalette

# Widths of upper teeth from the middle outward in outer-eye distances (8.5, 6.5, 7.5, 7 mm seen
# from the front, the outer ones turned away; outer-eye distance 90 mm).
TOOTH_WIDTHS = (0.094, 0.070, 0.068, 0.050, 0.036)
TEETH_BELOW_LIP = 0.037  # how far upper incisors reach below a resting upper lip
LOWER_TEETH_ABOVE_LIP = 0.012


def own_teeth(crop: np.ndarray, upper: np.ndarray, lower: np.ndarray, scale: float) -> np.ndarray:
    """The photograph's mouth content, its edge colours continued upward and sideways.

    Args:
        crop: uint8 (h, w, 3) around the mouth.
        upper, lower: (N, 2) and (M, 2) rims of the opening in the crop, corner to corner.
        scale: outer-eye distance, pixels.

    Returns:
        float32 (h, w, 4): RGB 0..255, and the distance above the opening's lower edge, in
        outer-eye distances, negative below it.
    """
    ring = np.concatenate([upper, lower[-2:0:-1]])
    inside = np.zeros(crop.shape[:2], np.uint8)
    cv2.fillPoly(inside, [np.rint(ring * (1 << SHIFT)).astype(np.int32)], (255,), cv2.LINE_8, SHIFT)
    _, labels = cv2.distanceTransformWithLabels(
        255 - inside, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    colours = np.zeros((labels.max() + 1, 3), np.float32)
    colours[labels[inside > 0]] = crop[inside > 0]
    extended = colours[labels]
    soft = cv2.GaussianBlur(extended, (0, 0), max(0.5, 0.012 * scale))
    extended = np.where(inside[..., None] > 0, crop, soft)
    # Upward the layer goes on (gums, roots); below the opening there is nothing to continue.
    above = [[crop.shape[1], lower[-1, 1]], [crop.shape[1], 0], [0, 0], [0, lower[0, 1]]]
    polygon = np.rint(np.concatenate([lower, above]) * (1 << SHIFT)).astype(np.int32)
    mask = np.zeros(crop.shape[:2], np.uint8)
    cv2.fillPoly(mask, [polygon], (1,), cv2.LINE_8, SHIFT)
    within, beyond = (cv2.distanceTransform(m, cv2.DIST_L2, 5) for m in (mask, 1 - mask))
    return np.dstack([extended, (within - beyond) / scale]).astype(np.float32)


def drawn_teeth(
    shape: tuple[int, ...], landmarks: np.ndarray, scale: float, palette: MouthPalette
) -> np.ndarray:
    """A soft row of upper teeth behind the upper lip, float32 (h, w, 4) as ``own_teeth``."""
    across, down = _mouth_frame(shape, landmarks, landmarks[[61, 62, 63]].mean(axis=0), scale)
    edges = np.concatenate([[0], np.cumsum(TOOTH_WIDTHS)])
    distance = np.abs(across)
    tooth = np.searchsorted(edges, distance, side="right") - 1
    half = np.concatenate([TOOTH_WIDTHS, [1.0]])[tooth] / 2
    from_edge = half - np.abs(distance - edges[tooth] - half)
    gap_line = np.exp(-((from_edge / 0.006) ** 2))
    # Incisors hang lowest, each with rounded corners; the row rises toward the sides.
    bottom = TEETH_BELOW_LIP - 0.35 * distance**2 - 0.006 * np.exp(-from_edge / 0.008)
    turned = 1 - 0.75 * _step((distance - 0.12) / 0.16 - 0.5)
    colour = palette.teeth * (turned * (1 - 0.14 * gap_line))[..., None]
    return np.dstack([colour, bottom - down]).astype(np.float32)


def drawn_lower(
    shape: tuple[int, ...], landmarks: np.ndarray, scale: float, palette: MouthPalette
) -> np.ndarray:
    """Tongue and the tips of the lower teeth, resting on the lower lip, float32 (h, w, 4)."""
    lip = landmarks[[65, 66, 67]].mean(axis=0)
    across, down = _mouth_frame(shape, landmarks, lip, scale)
    tongue = _step(1.0 - ((across / 0.21) ** 2 + ((down - 0.02) / 0.14) ** 2))
    groove = 1 - 0.12 * np.exp(-((across / 0.02) ** 2))
    lit = np.clip(0.75 + 3.0 * (down + 0.05), 0.5, 1.0)
    colour = palette.tongue * (groove * lit)[..., None]
    teeth = _step((down + LOWER_TEETH_ABOVE_LIP - 0.25 * across**2) / 0.012) * _step(
        (0.17 - np.abs(across)) / 0.05
    )
    dimmed = palette.teeth * 0.55**palette.dimming
    colour = colour + (0.5 * teeth)[..., None] * (dimmed - colour)
    alpha = np.maximum(0.85 * tongue, 0.6 * teeth)
    return np.dstack([colour, alpha]).astype(np.float32)


def _mouth_frame(
    shape: tuple[int, ...], landmarks: np.ndarray, origin: np.ndarray, scale: float
) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates (across, down) of each pixel from ``origin``, in outer-eye distances."""
    axis = landmarks[54] - landmarks[48]
    axis = axis / max(float(np.linalg.norm(axis)), 1e-6)
    y, x = np.mgrid[: shape[0], : shape[1]]
    dx, dy = (x - origin[0]) / scale, (y - origin[1]) / scale
    return dx * axis[0] + dy * axis[1], dy * axis[0] - dx * axis[1]


def _step(t: np.ndarray) -> np.ndarray:
    """Smooth 0..1 around 0, over -0.5..0.5."""
    t = np.clip(t + 0.5, 0, 1)
    return t * t * (3 - 2 * t)
