"""Faces moved, turned, mirrored and drawn over, so that a detector knows more than it was shown."""

import cv2
import numpy as np
import numpy.typing as npt

from mit_core.faces.boxes import box_of
from mit_core.faces.scheme import MIRRORED

Picture = npt.NDArray[np.uint8]
Array = npt.NDArray[np.floating]

_ZOOM, _SQUEEZE, _TURN = 0.18, 0.07, 14.0
"""Deviations: of the logarithms of size and of height over width, and of the angle, degrees."""
_FARTHEST = 2.2
"""Deviations that are drawn at most."""
_SHIFT = 0.12
"""Of the crop's side, to either side at most."""


def cut_face(
    crop: Picture, points: Array, size: int, margin: float, rng: np.random.Generator | None = None
) -> tuple[Picture, npt.NDArray[np.float64]]:
    """The square that a network is shown of a face that was cut out with air around it.

    Args:
        crop: shape = (S, S, 3), uint8 RGB.
        points: shape = (68, 2), pixels of the crop.
        size: pixels a side of the square.
        margin: its side over the longer side of the landmarks' box.
        rng: moves, turns, squeezes and mirrors the face; None shows it as a detector's second look
            does.

    Returns:
        (size, size, 3) uint8, black beyond the crop, and (68, 2) points in its pixels.
    """
    x0, y0, x1, y1 = box_of(points)
    zoom = size / (margin * max(x1 - x0, y1 - y0))
    linear, target, mirrored = zoom * np.eye(2), np.full(2, (size - 1) / 2), False
    if rng is not None:
        drawn = rng.normal(size=3).clip(-_FARTHEST, _FARTHEST)
        angle = np.deg2rad(_TURN * drawn[0])
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        squeeze = np.exp(_SQUEEZE * drawn[1] * np.array([0.5, -0.5]))
        linear = np.exp(_ZOOM * drawn[2]) * turn @ np.diag(squeeze) @ linear
        target += _SHIFT * size * rng.uniform(-1, 1, 2)
        mirrored = bool(rng.random() < 0.5)
        linear[0] *= -1 if mirrored else 1
    centre = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    matrix = np.column_stack([linear, target - linear @ centre])
    shown = cv2.warpAffine(crop, matrix, (size, size), flags=cv2.INTER_LINEAR)
    moved = points @ linear.T + matrix[:, 2]
    return np.asarray(shown, np.uint8), moved[list(MIRRORED)] if mirrored else moved


def recoloured(image: Picture, drawn_look: float, rng: np.random.Generator) -> Picture:
    """A picture in other light and colours, at times grey, coarse, blurred or as if drawn.

    Args:
        image: shape = (S, S, 3), uint8 RGB.
        drawn_look: how often it is made to look drawn, 0..1.
        rng: random numbers.
    """
    if rng.random() < drawn_look:
        image = (_pencil, _flat)[int(rng.integers(2))](image, rng)
    if rng.random() < 0.15:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 2.0)).astype(np.uint8)
    light = image.astype(np.float32)
    if rng.random() < 0.2:
        light[:] = light.mean(axis=2, keepdims=True)
    middle = light.mean()
    light = (light - middle) * np.exp(rng.normal(0, 0.2)) + middle + rng.normal(0, 20)
    light *= np.exp(rng.normal(0, 0.1, 3))
    if rng.random() < 0.3:
        light += rng.normal(0, rng.uniform(1, 10), light.shape)
    return np.rint(light.clip(0, 255)).astype(np.uint8)


def _pencil(image: Picture, rng: np.random.Generator) -> Picture:
    """Dark lines on paper: the grey picture over its own blur."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    blurred = cv2.GaussianBlur(grey, (0, 0), rng.uniform(1.0, 4.0))
    lines = (255 * (grey + 8) / (blurred + 8)).clip(0, 255)
    paper = rng.uniform(170, 255, 3) / 255
    drawn: Picture = np.rint(lines[..., None] * paper).astype(np.uint8)
    return drawn


def _flat(image: Picture, rng: np.random.Generator) -> Picture:
    """A few even colours, with dark lines where they meet."""
    levels = int(rng.integers(3, 7))
    even = cv2.medianBlur(image, 5)
    steps = np.rint(even / 255 * levels) / levels * 255
    edges = cv2.Canny(even, 60, 120)
    if rng.random() < 0.5:
        steps[edges > 0] *= 0.2
    flat: Picture = np.rint(steps).astype(np.uint8)
    return flat
