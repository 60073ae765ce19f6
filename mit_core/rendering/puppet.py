"""Move a puppet: its picture piecewise affinely, on its own triangles."""

from collections.abc import Iterable, Iterator

import cv2
import numpy as np

from mit_core.faces.eyes import UPPER_LID_SHARE
from mit_core.faces.puppet_files import Puppet
from mit_core.faces.scheme import INNER_LIP_PAIRS, MOUTH
from mit_core.rendering.layers import crop_around
from mit_core.rendering.raster import BackwardMap

MOST_NODES = 410_000  # of the coarse map: 640 x 640 pixels are mapped one by one
LEAST_AREA = 0.08  # a triangle keeps this share of its area, so that nothing folds over
LEAST_LINE = 0.25  # of the area that a triangle between closed lips has
ROUNDS, YIELDING = 24, 0.8  # in each round vertices of a folding triangle move so much less
LEAST_LIP = 0.1  # of an open mouth's height; a shut one stays a drawn line
# Drawn eyes have no lids, and are squeezed in a blink to this share of their height, or to what is
# borne around them: a triangle shrinks or grows there by these factors at most. Eyes that bear no
# more than the other share stay open, since a twitch is no blink.
LEAST_EYE, LEAST_BLINK, EYE_STEP = 0.35, 0.65, 0.05
MOST_SHRUNK, MOST_GROWN = 0.2, 2.3
SQUEEZED = 4  # fine pixels a pixel and side, where a drawn mouth or eye is squeezed to a line

_EYES = (np.arange(36, 42), np.arange(42, 48))
_UPPER_LID, _LOWER_LID = [1, 2], [5, 4]  # of an eye's ring, whose corners are 0 and 3
_ONE_MAP = np.empty(0, np.float32)


class PuppetWarp:
    """Renders a puppet under any landmarks.

    Args:
        image: uint8 (H, W, 3) RGB or (H, W, 4) RGBA, the puppet with its mouth open.
        puppet: its points and triangles.
    """

    def __init__(self, image: np.ndarray, puppet: Puppet):
        if image.ndim != 3 or image.shape[2] not in (3, 4) or image.dtype != np.uint8:
            raise ValueError(f"image must be uint8 (H, W, 3 or 4), not {image.dtype} {image.shape}")
        self._puppet = puppet
        self._texture = np.ascontiguousarray(image)
        height, width = image.shape[:2]
        source = puppet.vertices(puppet.open)
        self._triangles = _oriented(source, puppet.triangles)
        self._rest = puppet.vertices(puppet.closed)
        areas = np.minimum(_areas(source[self._triangles]), _areas(self._rest[self._triangles]))
        lips = [puppet.used.index(point) for point in MOUTH if point in puppet.used]
        line = np.isin(self._triangles, lips).all(axis=1)
        self._least = np.where(line, LEAST_LINE, LEAST_AREA) * areas.clip(0)
        # a brow that the artist drew across an eye is folded from the start, and may stay so
        self._sound = areas > 0
        self._least_eye = self._squeezable()
        step = max(1, int(np.ceil(np.sqrt(width * height / MOST_NODES))))
        self._map = BackwardMap(source, self._triangles, (0, 0, width, height), step)
        self._identity = np.dstack(
            np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        )

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the frames."""
        return self._texture.shape[1], self._texture.shape[0]

    def frames(self, landmarks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Frames as ``render`` makes them, one at a time."""
        return map(self.render, landmarks)

    def render(self, landmarks: np.ndarray) -> np.ndarray:
        """The puppet with its face at ``landmarks``, (68, 2 or 3) pixels (z is not used).

        Returns:
            uint8 frame of the image's shape.
        """
        target = self._parted(np.asarray(landmarks, np.float64)[:, :2])
        reading = self._identity + self._map.displacement(self._unfolded(target))
        frame = cv2.remap(
            self._texture,
            reading,
            _ONE_MAP,
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
        for ring in (np.array(MOUTH), *_EYES):
            self._draw_finely(frame, reading, crop_around(target[ring], 3, frame.shape))
        return frame

    def _parted(self, target: np.ndarray) -> np.ndarray:
        """Lips no nearer than a drawn line is thick, and eyes squeezed as a whole."""
        parted = target.copy()
        down = target[8] - target[17:27].mean(axis=0)
        down = down / max(float(np.linalg.norm(down)), 1e-6)
        for upper, lower in INNER_LIP_PAIRS:
            least = max(
                float((self._puppet.closed[lower] - self._puppet.closed[upper]) @ down),
                LEAST_LIP * float((self._puppet.open[lower] - self._puppet.open[upper]) @ down),
            )
            lacking = max(0.0, least - float((target[lower] - target[upper]) @ down))
            parted[upper] -= lacking / 2 * down
            parted[lower] += lacking / 2 * down
        for ring in _EYES:
            parted[ring] = _eye(self._puppet.closed[ring], target[ring], self._least_eye)
        return parted

    def _squeezable(self) -> float:
        """Share of its height that an eye keeps in a blink."""
        before = _areas(self._rest[self._triangles])
        for opening in np.arange(LEAST_EYE, LEAST_BLINK, EYE_STEP):
            face = self._puppet.closed.copy()
            for ring in _EYES:
                face[ring] = _squeezed(face[ring], opening)
            after = _areas(self._puppet.vertices(face)[self._triangles])
            borne = (after >= MOST_SHRUNK * before) & (after <= MOST_GROWN * before)
            if borne[self._sound].all():
                return float(opening)
        return 1.0

    def _unfolded(self, target: np.ndarray) -> np.ndarray:
        """Vertices (V, 2) of a frame: where a triangle would fold, they move less."""
        motion = self._puppet.vertices(target) - self._rest
        share = np.ones((len(motion), 1))
        for _ in range(ROUNDS):
            moved = self._rest + share * motion
            folding = self._sound & (_areas(moved[self._triangles]) < self._least)
            if not folding.any():
                return moved
            share[np.unique(self._triangles[folding])] *= YIELDING
        return self._rest + share * motion

    def _draw_finely(
        self, frame: np.ndarray, reading: np.ndarray, box: tuple[int, int, int, int]
    ) -> None:
        x0, y0, x1, y1 = box
        if x1 <= x0 or y1 <= y0:
            return
        size = (SQUEEZED * (x1 - x0), SQUEEZED * (y1 - y0))
        fine = cv2.resize(reading[y0:y1, x0:x1], size, interpolation=cv2.INTER_LINEAR)
        drawn = cv2.remap(
            self._texture, fine, _ONE_MAP, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        frame[y0:y1, x0:x1] = cv2.resize(drawn, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)


def _eye(rest: np.ndarray, target: np.ndarray, least: float) -> np.ndarray:
    """An eye's ring (6, 2) that moves with the target's corners and is as open as its lids.

    Lids alone would drag a drawn eye's middle past its ends; all of it is squeezed evenly instead.
    """
    here, there = rest @ (1, 1j), target @ (1, 1j)
    across = here[3] - here[0]
    turn = (there[3] - there[0]) / across if abs(across) > 0 else 1.0
    shift = (there[0] + there[3]) / 2 - turn * (here[0] + here[3]) / 2
    gaps = [np.abs(ring[_LOWER_LID] - ring[_UPPER_LID]).mean() for ring in (here, there)]
    opening = max(least, min(1.0, float(gaps[1] / max(abs(turn) * gaps[0], 1e-9))))
    ring = turn * (_squeezed(rest, opening) @ (1, 1j)) + shift
    return np.column_stack([ring.real, ring.imag])


def _squeezed(ring: np.ndarray, opening: float) -> np.ndarray:
    """An eye's ring (6, 2) of less height, towards its lower part, where lids meet."""
    upper, lower = ring[_UPPER_LID].mean(axis=0), ring[_LOWER_LID].mean(axis=0)
    down = (lower - upper) / max(float(np.linalg.norm(lower - upper)), 1e-9)
    height = (ring - (UPPER_LID_SHARE * lower + (1 - UPPER_LID_SHARE) * upper)) @ down
    return ring - (1 - opening) * np.outer(height, down)


def _areas(corners: np.ndarray) -> np.ndarray:
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / 2


def _oriented(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Triangles of the orientation that most of the area has."""
    if _areas(vertices[triangles]).sum() < 0:
        return triangles[:, [0, 2, 1]]
    return triangles
