"""Eyeballs: they stay on the skull while the lids move over them."""

import cv2
import numpy as np

from mit_core.rendering.layers import Layer, crop_around, opening_mask, skull_motion
from mit_core.rendering.mesh import FaceMesh


class Eyeballs:
    """Both eyes of a portrait, drawn inside the moved lids.

    Args:
        image: uint8 (H, W, 3 or 4) portrait.
        mesh: its mesh.
    """

    def __init__(self, image: np.ndarray, mesh: FaceMesh):
        self._mesh = mesh
        self._eyes = []
        for cut, corners in zip(mesh.eyes, ([36, 39], [42, 45]), strict=True):
            ring = mesh.vertices[cut.ring]
            x0, y0, x1, y1 = crop_around(ring, 0.25 * mesh.scale, image.shape)
            basis = mesh.landmark_basis[corners].mean(axis=0)
            centre = mesh.vertices[[cut.upper[0], cut.upper[-1]]].mean(axis=0)
            self._eyes.append((cut, Layer(image[y0:y1, x0:x1], (x0, y0)), centre, basis))

    def draw(self, frame: np.ndarray, moved: np.ndarray, pose: np.ndarray) -> None:
        """Draw both into ``frame`` in place; ``moved`` (V, 2), ``pose`` (4, 2) as fitted."""
        for cut, layer, centre, basis in self._eyes:
            box, mask = opening_mask(moved[cut.ring], frame.shape)
            if not mask.size:
                continue
            linear, offset = skull_motion(centre, basis, basis[3], pose, self._mesh.scale)
            x0, y0, x1, y1 = box
            part = frame[y0:y1, x0:x1]
            part[:] = cv2.blendLinear(layer.warped(linear, offset, box), part, mask, 1 - mask)
