"""Where the head ends: distances to it, and how much each place follows its motion."""

from dataclasses import dataclass

import cv2
import numpy as np

# In outer-eye distances:
HEAD_FADE = 0.95  # head motion fades to the background over this distance from the hair
RIM_FADE = 0.45  # and over this distance to the canvas's rim, which stays
# Height of the hair's top above the eyes relative to the chin's distance below them (the eyes
# lie half way up a skull; hair adds a quarter) and its half width relative to the jaw's ends.
HAIR_HEIGHT, HAIR_WIDTH = 1.3, 1.3


@dataclass(frozen=True)
class Canvas:
    """The meshed area: a picture of ``width`` x ``height`` pixels and ``margin`` around it.

    The margin lets a head that the picture's rim cuts move as freely as any other.
    """

    width: int
    height: int
    margin: int

    @property
    def low(self) -> np.ndarray:
        """Smallest x and y, half a pixel outside so that every pixel's centre is inside."""
        return np.array([-self.margin - 0.5] * 2)

    @property
    def high(self) -> np.ndarray:
        """Largest x and y."""
        return np.array([self.width, self.height]) + self.margin - 0.5


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
