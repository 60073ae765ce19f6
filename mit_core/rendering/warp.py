"""Move a portrait by its landmarks: skin on a mesh, eyes and teeth on the skull behind it."""

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
MARGIN = 0.6  # of mirrored picture around it, in outer-eye distances
FLAP_NODES = 2.5  # reach of lips and lids past their rims, so that the map's kink is hidden
UPPER_LOWER_PAIRS = ((61, 67), (62, 66), (63, 65), (37, 41), (38, 40), (43, 47), (44, 46))


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
        self._pose = HeadPose(points)
        scale = float(np.linalg.norm(points[45, :2] - points[36, :2]))
        self._margin = round(MARGIN * scale)
        self.mesh: FaceMesh = build_mesh(points, Canvas(width, height, self._margin), self._pose)
        self._box = _moving_box(self.mesh, width, height)
        step = _node_step(self._box, self.mesh.scale)
        self._flaps = Flaps(self.mesh, FLAP_NODES * step)
        self._map = BackwardMap(
            np.concatenate([self.mesh.vertices, self._flaps.sources]),
            np.concatenate([self.mesh.triangles, self._flaps.triangles]),
            self._box,
            step,
            on_top=len(self._flaps.triangles),
        )
        self._texture = _doubled(self._image, self._margin)
        x0, y0, x1, y1 = self._box
        self._identity = np.dstack(
            np.meshgrid(np.arange(x0, x1, dtype=np.float32), np.arange(y0, y1, dtype=np.float32))
        ) + np.float32(self._margin)
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
        pose = self._pose.fit(target)
        moved = self.mesh.moved(target, self._landmarks[:, :2], pose)
        displacement = self._map.displacement(np.concatenate([moved, self._flaps.moved(moved)]))
        frame = self._image.copy()
        x0, y0, x1, y1 = self._box
        reading = cv2.add(self._identity, displacement)
        cv2.multiply(reading, (2.0, 2.0, 0, 0), dst=reading)
        frame[y0:y1, x0:x1] = cv2.remap(
            self._texture, reading, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        self._eyes.draw(frame, moved, pose)
        self._mouth.draw(frame, moved, pose, target)
        return frame


def _with_depth(landmarks: np.ndarray) -> np.ndarray:
    if landmarks.shape not in ((68, 2), (68, 3)):
        raise ValueError(f"landmarks must be (68, 2 or 3), not {landmarks.shape}")
    if not np.isfinite(landmarks).all():
        raise UserError("The portrait's landmarks hold values that are not numbers.")
    if landmarks.shape[1] == 3:
        return landmarks
    return np.column_stack([landmarks, np.zeros(68)])


def _moving_box(mesh: FaceMesh, width: int, height: int) -> tuple[int, int, int, int]:
    """Integer box around every vertex that can move, and its neighbours."""
    moves = (np.abs(mesh.pose_basis).sum(axis=1) > 0) | (np.abs(mesh.skin_weights).sum(axis=1) > 0)
    touched = np.unique(mesh.triangles[moves[mesh.triangles].any(axis=1)])
    low = np.floor(mesh.vertices[touched].min(axis=0)).astype(int)
    high = np.ceil(mesh.vertices[touched].max(axis=0)).astype(int) + 1
    return max(0, low[0]), max(0, low[1]), min(width, high[0]), min(height, high[1])


def _node_step(box: tuple[int, int, int, int], scale: float) -> int:
    area = (box[2] - box[0]) * (box[3] - box[1])
    return max(1, round(scale / NODES_PER_EYE_DISTANCE), int(np.ceil(np.sqrt(area / MOST_NODES))))


def _doubled(image: np.ndarray, margin: int) -> np.ndarray:
    """The image and a mirrored margin at twice the resolution, pixel (2i, 2j) equal to (i, j).

    Bilinear reading from it is nearly as sharp as cubic reading from the image, at a fifth of
    the time, and exact where nothing moved.
    """
    image = cv2.copyMakeBorder(image, *[margin] * 4, cv2.BORDER_REFLECT_101)
    height, width = image.shape[:2]
    x, y = np.meshgrid(
        np.arange(2 * width, dtype=np.float32) / 2, np.arange(2 * height, dtype=np.float32) / 2
    )
    return cv2.remap(image, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


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
