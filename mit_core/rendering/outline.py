"""Where the head ends: distances to it, and how much each place follows its motion."""

from dataclasses import dataclass

import cv2
import numpy as np

# In outer-eye distances:
HEAD_FADE = 0.95  # head motion fades to the background over this distance from the hair
RIM_FADE = 0.45  # and over this distance to the canvas's rim, which stays
MARGIN = 0.6  # of mirrored picture beyond its rim
STILL = 0.35  # width of the strip around the head's surroundings that does not move
# Height of the hair's top above the eyes relative to the chin's distance below them (the eyes
# lie half way up a skull; hair adds a quarter) and its half width relative to the jaw's ends.
HAIR_HEIGHT, HAIR_WIDTH = 1.3, 1.3


@dataclass(frozen=True)
class Canvas:
    """The meshed area: the head's surroundings, and a margin beyond the picture where it is near.

    The margin lets a head that the picture's rim cuts move as freely as any other.

    Attributes:
        low, high: (2,) smallest and largest x and y in pixels of the picture, half a pixel
            outside the outermost pixels' centres.
    """

    low: np.ndarray
    high: np.ndarray

    @classmethod
    def around(cls, points: np.ndarray, scale: float, width: int, height: int) -> "Canvas":
        """The canvas of a head with 68 landmarks (68, 2) in a picture of this size."""
        outline = _head_outline(points)
        reach, margin = (HEAD_FADE + STILL) * scale, round(MARGIN * scale)
        low = np.maximum(np.floor(outline.min(axis=0) - reach), -margin)
        high = np.minimum(np.ceil(outline.max(axis=0) + reach), np.array([width, height]) + margin)
        return cls(low - 0.5, high - 0.5)


def head_share(points: np.ndarray, at: np.ndarray, scale: float, canvas: Canvas) -> np.ndarray:
    """How much of the head's motion each position follows.

    Args:
        points: (68, 2) landmarks of the portrait. at: (N, 2) positions, pixels.
        scale: outer-eye distance. canvas: the meshed area.

    Returns:
        float64 (N,), 1 on face and hair, 0 on the far background and the canvas's rim.
    """
    beyond = outside(_head_outline(points), at)
    to_rim = np.minimum(at - canvas.low, canvas.high - at).min(axis=1)
    return _ease(1 - beyond / (HEAD_FADE * scale)) * _ease(to_rim / (RIM_FADE * scale))


def outside(polygon: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Distance (N,) of positions (N, 2) to a polygon (M, 2), 0 or less inside."""
    corners = np.ascontiguousarray(polygon, np.float32).reshape(-1, 1, 2)
    return np.array([-cv2.pointPolygonTest(corners, (float(x), float(y)), True) for x, y in at])


def hull(points: np.ndarray) -> np.ndarray:
    """Convex hull (M, 2) of points (N, 2)."""
    return cv2.convexHull(points.astype(np.float32))[:, 0]


def _head_outline(points: np.ndarray) -> np.ndarray:
    eyes = points[36:48].mean(axis=0)
    down = points[8] - eyes
    across = (points[16] - points[0]) / 2
    angle = np.linspace(0, np.pi, 25)[:, None]
    hair = eyes + HAIR_WIDTH * np.cos(angle) * across - HAIR_HEIGHT * np.sin(angle) * down
    return hull(np.concatenate([points, hair]))


def _ease(t: np.ndarray) -> np.ndarray:
    """Quintic ease 0..1 with zero slope and curvature at both ends (Perlin 2002)."""
    t = np.clip(t, 0, 1)
    return t * t * t * (t * (6 * t - 15) + 10)
