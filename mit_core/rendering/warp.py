"""Move a portrait by its landmarks: skin on a mesh, eyes and teeth on the skull behind it."""

from collections.abc import Iterable, Iterator

import cv2
import numpy as np

from mit_core.errors import UserError
from mit_core.rendering.eyes import Eyeballs
from mit_core.rendering.flaps import Flaps
from mit_core.rendering.head_pose import HeadPose
from mit_core.rendering.mesh import FaceMesh, build_mesh
from mit_core.rendering.mouth import MouthInterior
from mit_core.rendering.outline import Canvas
from mit_core.rendering.raster import BackwardMap

# Of the coarse map: finer than this does not show ...
NODES_PER_EYE_DISTANCE = 64
MOST_NODES = 70_000  # ... and more than this takes longer than the rest of a frame.
LEAST_SCALE = 12.0  # pixels from outer eye corner to outer eye corner
FLAP_NODES = 2.5  # reach of lips and lids past their rims, so that the map's kink is hidden
TEAR = 0.006  # of skin, square outer-eye distances, that one overlooks; a face has about 5
TURN_STEPS = 7  # halvings of how much of a turn a portrait can take
UPPER_LOWER_PAIRS = ((61, 67), (62, 66), (63, 65), (37, 41), (38, 40), (43, 47), (44, 46))

_ONE_MAP = np.empty(0, np.float32)  # cv2.remap's second map, which the first one makes needless


class MeshWarp:
    """Renders one portrait under any landmarks.

    Args:
        image: uint8 (H, W, 3) RGB or (H, W, 4) RGBA portrait, any size and aspect.
        landmarks: (68, 3) or (68, 2) of the portrait in pixels (iBUG-68); z in the same unit,
            larger toward the viewer, lets the hair turn rightly; without it the head moves
            in the plane.

    Raises:
        UserError: if the landmarks do not form a face inside the picture.
    """

    def __init__(self, image: np.ndarray, landmarks: np.ndarray):
        if image.ndim != 3 or image.shape[2] not in (3, 4) or image.dtype != np.uint8:
            raise ValueError(f"image must be uint8 (H, W, 3 or 4), not {image.dtype} {image.shape}")
        points = _with_depth(np.asarray(landmarks, np.float64))
        height, width = image.shape[:2]
        self._image = np.ascontiguousarray(image)
        self._landmarks = points
        scale = float(np.linalg.norm(points[45, :2] - points[36, :2]))
        if not scale >= LEAST_SCALE:
            raise UserError(
                f"The portrait's face is too small: its eyes are {scale:.0f} pixels apart. Use a "
                f"larger picture, or correct the landmarks."
            )
        self._pose = HeadPose(points)
        canvas = Canvas.around(points[:, :2], scale, width, height)
        self.mesh: FaceMesh = build_mesh(points, canvas, self._pose)
        moving = _moving_triangles(self.mesh)
        self._box = _box_of(self.mesh.vertices[moving], width, height)
        step = _node_step(self._box, self.mesh.scale)
        self._flaps = Flaps(self.mesh, FLAP_NODES * step)
        self._map = BackwardMap(
            np.concatenate([self.mesh.vertices, self._flaps.sources]),
            np.concatenate([moving, self._flaps.triangles]),
            self._box,
            step,
            on_top=len(self._flaps.triangles),
        )
        self._texture = _doubled(self._image, canvas)
        x0, y0, x1, y1 = self._box
        self._identity = 2 * np.dstack(
            np.meshgrid(np.arange(x0, x1, dtype=np.float32), np.arange(y0, y1, dtype=np.float32))
        ) - (2 * (canvas.low + 0.5)).astype(np.float32)
        self._mouth = MouthInterior(self._image, points, self.mesh)
        self._eyes = Eyeballs(self._image, self.mesh)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the frames."""
        return self._image.shape[1], self._image.shape[0]

    def render(self, landmarks: np.ndarray) -> np.ndarray:
        """The portrait with its face at ``landmarks``, (68, 2 or 3) pixels (z is not used).

        Returns:
            uint8 frame of the portrait's shape.
        """
        target = _in_order(np.asarray(landmarks, np.float64)[:, :2], self._landmarks)
        target, pose, moved = self._whole(target)
        displacement = self._map.displacement(np.concatenate([moved, self._flaps.moved(moved)]))
        frame = self._image.copy()
        x0, y0, x1, y1 = self._box
        reading = cv2.scaleAdd(displacement, 2.0, self._identity)
        frame[y0:y1, x0:x1] = cv2.remap(
            self._texture, reading, _ONE_MAP, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        self._eyes.draw(frame, moved, pose)
        self._mouth.draw(frame, moved, pose, target)
        return frame

    def frames(self, landmarks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """The frames for landmarks over time, one at a time."""
        return map(self.render, landmarks)

    def _whole(self, target: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Target (68, 2), pose (4, 2) and vertices (V, 2) that leave the skin in one piece.

        A portrait that is already turned hides one cheek, which no mesh can turn into view. There
        the head keeps what it can of its turn in depth; lips, lids and the rest are untouched.
        """
        full = self._pose.fit(target)
        relief = np.outer(self.mesh.landmark_basis[:, 2], full[2])

        def turned(share: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            pose = full * [[1], [1], [share], [1]]
            points = target - (1 - share) * relief
            return points, pose, self.mesh.moved(points, self._landmarks[:, :2], pose)

        whole = turned(1.0)
        if self.mesh.torn(whole[2]) <= TEAR:
            return whole
        # what is torn without any turn is the lips' or lids' doing, and not the turn's
        allowed = TEAR + self.mesh.torn(turned(0.0)[2])
        low, high = 0.0, 1.0
        for _ in range(TURN_STEPS):
            middle = (low + high) / 2
            if self.mesh.torn(turned(middle)[2]) <= allowed:
                low = middle
            else:
                high = middle
        return turned(low)


def _with_depth(landmarks: np.ndarray) -> np.ndarray:
    if landmarks.shape not in ((68, 2), (68, 3)):
        raise ValueError(f"landmarks must be (68, 2 or 3), not {landmarks.shape}")
    if not np.isfinite(landmarks).all():
        raise UserError("The portrait's landmarks hold values that are not numbers.")
    if landmarks.shape[1] == 3:
        return landmarks
    return np.column_stack([landmarks, np.zeros(68)])


def _moving_triangles(mesh: FaceMesh) -> np.ndarray:
    """The triangles (T', 3) with a vertex that can move."""
    moves = (np.abs(mesh.pose_basis).sum(axis=1) > 0) | (np.abs(mesh.skin_weights).sum(axis=1) > 0)
    return mesh.triangles[moves[mesh.triangles].any(axis=1)]


def _box_of(corners: np.ndarray, width: int, height: int) -> tuple[int, int, int, int]:
    """Box of the pixels whose centres lie in the bounds of triangles (T, 3, 2)."""
    low = np.ceil(corners.min(axis=(0, 1))).astype(int).clip(0)
    high = np.floor(corners.max(axis=(0, 1))).astype(int) + 1
    return int(low[0]), int(low[1]), int(min(width, high[0])), int(min(height, high[1]))


def _node_step(box: tuple[int, int, int, int], scale: float) -> int:
    area = (box[2] - box[0]) * (box[3] - box[1])
    return max(1, round(scale / NODES_PER_EYE_DISTANCE), int(np.ceil(np.sqrt(area / MOST_NODES))))


def _doubled(image: np.ndarray, canvas: Canvas) -> np.ndarray:
    """The canvas's part of the image, mirrored beyond its rim, at twice the resolution.

    Its pixel (2i, 2j) is the canvas's pixel (i, j). Bilinear reading from it is nearly as sharp
    as cubic reading from the image, at a fifth of the time, and exact where nothing moved.
    """
    low, high = (np.rint(side + 0.5).astype(int) for side in (canvas.low, canvas.high))
    size = np.array(image.shape[1::-1])
    (x0, y0), (x1, y1) = low.clip(0), np.minimum(high, size)
    (left, top), (right, bottom) = (-low).clip(0).tolist(), (high - size).clip(0).tolist()
    part = cv2.copyMakeBorder(image[y0:y1, x0:x1], top, bottom, left, right, cv2.BORDER_REFLECT_101)
    height, width = part.shape[:2]
    x, y = np.meshgrid(
        np.arange(2 * width, dtype=np.float32) / 2, np.arange(2 * height, dtype=np.float32) / 2
    )
    return cv2.remap(part, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def _in_order(target: np.ndarray, portrait: np.ndarray) -> np.ndarray:
    """Upper lip and lid never below the lower one: both meet half way instead."""
    ordered = target.copy()
    down = target[8] - target[27]
    down = down / max(float(np.linalg.norm(down)), 1e-6)
    for upper, lower in UPPER_LOWER_PAIRS:
        gap = float((target[lower] - target[upper]) @ down)
        source = portrait[lower, :2] - portrait[upper, :2]
        least = min(0.0, float(source @ down))
        if gap < least:
            ordered[upper] += (gap - least) / 2 * down
            ordered[lower] -= (gap - least) / 2 * down
    return ordered
