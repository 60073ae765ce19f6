"""How the rigid part of the head moved, as an affine map from portrait space to the picture."""

import numpy as np

# Points that speech and blinks do not move: nose, eye corners, and the jaw's ends at the ears,
# which pin the depth of the ears so that the hair is not extrapolated from the face alone.
RIGID = (0, 1, 15, 16, 27, 28, 29, 30, 31, 33, 35, 36, 39, 42, 45)
# Ridge toward "no change" against coordinates in outer-eye distances. Depth is weaker in the
# picture than x and y and detectors are noisier in it, hence the larger value.
PLANE_RIDGE = 1e-3
DEPTH_RIDGE = 3e-2


class HeadPose:
    """Least-squares affine pose of the head relative to the portrait.

    Args:
        landmarks: float (68, 3) of the portrait in pixels; a zero z column gives a planar map.
    """

    def __init__(self, landmarks: np.ndarray):
        source = landmarks[list(RIGID)].astype(np.float64)
        self._origin = source.mean(axis=0)
        self._scale = float(np.linalg.norm(landmarks[45, :2] - landmarks[36, :2]))
        design = np.column_stack([(source - self._origin) / self._scale, np.ones(len(source))])
        ridge = len(source) * np.diag([PLANE_RIDGE, PLANE_RIDGE, DEPTH_RIDGE, 0.0])
        self._solve = np.linalg.solve(design.T @ design + ridge, design.T)
        self._rigid_source = source[:, :2]

    def basis(self, points: np.ndarray) -> np.ndarray:
        """Rows that turn a fitted pose into displacements of ``points`` (N, 3) -> (N, 4)."""
        return np.column_stack([(points - self._origin) / self._scale, np.ones(len(points))])

    def fit(self, target: np.ndarray) -> np.ndarray:
        """Pose (4, 2): ``basis(points) @ pose`` is the displacement in pixels.

        Args:
            target: (68, 2 or 3) landmarks of the frame; only x and y are used.
        """
        return self._solve @ (target[list(RIGID), :2] - self._rigid_source)
