"""The mesh that carries the portrait, and how landmarks move it.

A vertex moves by two parts. The head's affine pose moves it as much as it belongs to the head
(1 on face and hair, fading to 0 on shoulders and background). What the landmarks do beyond that
pose - lips, jaw, lids, brows - spreads over the skin by a thin plate under tension, solved once
on the mesh *with the mouth and eyes cut out*, so that a dropping lower lip does not drag or push
the upper one.
"""

from dataclasses import dataclass

import numpy as np

from mit_core.rendering.head_pose import HeadPose
from mit_core.rendering.outline import Canvas, head_share, hull, outside
from mit_core.rendering.skin import spread
from mit_core.rendering.triangulation import SKIN_REACH, Cut, skin_triangles, triangulate

TENSION_LENGTH = 0.35  # outer-eye distances; shorter is tighter, more local skin
MOST_STRETCH = 3.0  # of an area


@dataclass(frozen=True)
class FaceMesh:
    """The portrait's mesh.

    Attributes:
        vertices: float64 (V, 2) pixels; the rim of the canvas is among them and never moves.
        triangles: int (T, 3), covering the whole canvas, the openings included.
        skin_weights: float64 (V, 68), displacement a landmark's own motion gives each vertex.
        pose_basis: float64 (V, 4), times a fitted pose: displacement by head motion.
        landmark_basis: float64 (68, 4), the same at the landmarks; its last column is how much
            of the head's motion each follows.
        skin: int (S, 3), the triangles outside the openings.
        mouth, eyes: the openings.
        scale: outer-eye distance, pixels.
    """

    vertices: np.ndarray
    triangles: np.ndarray
    skin_weights: np.ndarray
    pose_basis: np.ndarray
    landmark_basis: np.ndarray
    skin: np.ndarray
    mouth: Cut
    eyes: tuple[Cut, Cut]
    scale: float

    def moved(self, target: np.ndarray, landmarks: np.ndarray, pose: np.ndarray) -> np.ndarray:
        """Vertices (V, 2) of a frame.

        Args:
            target: (68, 2) of the frame. landmarks: (68, 2) of the portrait. pose: (4, 2).
        """
        own = target - landmarks - self.landmark_basis @ pose
        return self.vertices + self.pose_basis @ pose + self.skin_weights @ own

    def torn(self, moved: np.ndarray) -> float:
        """Area of skin folded over or stretched beyond measure, in square outer-eye distances."""
        before, after = _areas(self.vertices[self.skin]), _areas(moved[self.skin])
        bad = (after < 0) | (after > MOST_STRETCH * before)
        return float(before[bad].sum()) / self.scale**2


def _areas(triangles: np.ndarray) -> np.ndarray:
    edges = triangles[:, 1:] - triangles[:, :1]
    return (edges[:, 0, 0] * edges[:, 1, 1] - edges[:, 0, 1] * edges[:, 1, 0]) / 2


def build_mesh(landmarks: np.ndarray, canvas: Canvas, pose: HeadPose) -> FaceMesh:
    """Mesh a portrait's canvas with ``landmarks`` (68, 3) in the portrait's pixels.

    Raises:
        UserError: if the landmarks do not form a face.
    """
    scale = float(np.linalg.norm(landmarks[45, :2] - landmarks[36, :2]))
    # A detector may put an ear far beyond the picture; the mesh ends at the canvas's rim.
    points = landmarks[:, :2].clip(canvas.low + 2, canvas.high - 2)
    vertices, triangles, rows, (mouth, *eyes) = triangulate(points, scale, canvas)
    rim = ((vertices <= canvas.low) | (vertices >= canvas.high)).any(axis=1)
    still = rim | (outside(hull(points), vertices) > SKIN_REACH * scale)
    skin = skin_triangles(vertices, triangles, (mouth, *eyes))
    weights = spread(vertices / scale, skin, rows, still, TENSION_LENGTH)

    ear_depth = landmarks[[0, 16], 2].mean()  # hair turns about as the ears do
    depth = ear_depth + weights @ (landmarks[:, 2] - ear_depth)
    share, landmark_share = (
        head_share(points, at, scale, canvas)[:, None] for at in (vertices, points)
    )
    return FaceMesh(
        vertices=vertices,
        triangles=triangles,
        skin_weights=weights,
        pose_basis=share * pose.basis(np.column_stack([vertices, depth])),
        landmark_basis=landmark_share * pose.basis(landmarks),
        skin=skin,
        mouth=mouth,
        eyes=(eyes[0], eyes[1]),
        scale=scale,
    )
