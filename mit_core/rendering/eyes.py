"""Eyeballs: they stay on the skull while the lids move over them."""

import cv2
import numpy as np

from mit_core.rendering.flaps import inward
from mit_core.rendering.layers import SHIFT, Layer, crop_around, opening_mask, skull_motion
from mit_core.rendering.mesh import FaceMesh
from mit_core.rendering.triangulation import LID_MARGINS, Cut

OVERLAP = 1.2  # more than the margins, since landmarks of a shut eye rarely touch
# Where lids meet, lashes make a dark line: its width in outer-eye distances, its strength, and
# the closure (0 open, 1 shut) over which it comes.
LASH_WIDTH, LASH_STRENGTH, LASH_COMES = 0.018, 0.75, (0.55, 0.95)


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
            layer = Layer(image[y0:y1, x0:x1], (x0, y0))
            self._eyes.append((cut, layer, centre, basis, _lash_colour(image, ring)))

    def draw(self, frame: np.ndarray, moved: np.ndarray, pose: np.ndarray) -> None:
        """Draw both into ``frame`` in place; ``moved`` (V, 2), ``pose`` (4, 2) as fitted."""
        for cut, layer, centre, basis, lashes in self._eyes:
            upper, lower, closed = self._lids(cut, moved)
            box, mask = opening_mask(np.concatenate([upper, lower[-2:0:-1]]), frame.shape)
            if not mask.size:
                continue
            linear, offset = skull_motion(centre, basis, basis[3], pose, self._mesh.scale)
            x0, y0, x1, y1 = box
            part = frame[y0:y1, x0:x1]
            part[:] = cv2.blendLinear(layer.warped(linear, offset, box), part, mask, 1 - mask)
            low, high = LASH_COMES
            strength = LASH_STRENGTH * float(np.clip((closed - low) / (high - low), 0, 1))
            if strength > 0:
                self._draw_lashes(part, upper - (x0, y0), strength, lashes)

    def _draw_lashes(
        self, part: np.ndarray, line: np.ndarray, strength: float, colour: np.ndarray
    ) -> None:
        mask = np.zeros(part.shape[:2], np.uint8)
        width = LASH_WIDTH * self._mesh.scale
        fixed = np.rint(line[1:-1] * (1 << SHIFT)).astype(np.int32)
        cv2.polylines(mask, [fixed], False, (255,), max(1, round(width)), cv2.LINE_AA, SHIFT)
        cv2.GaussianBlur(mask, (0, 0), max(0.5, width / 3), dst=mask)
        alpha = (mask.astype(np.float32) * (strength / 255))[..., None]
        rgb = part[..., :3]
        rgb[:] = np.rint(rgb + alpha * np.minimum(colour - rgb, 0)).astype(np.uint8)

    def _lids(self, cut: Cut, moved: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        """Edges (N, 2) and (M, 2) of what the lids leave open, and how far they are shut, 0..1.

        The rims lie a little outside the lids' edges; as the eye closes, the lids make up for it
        and then hide the eye wholly.
        """
        margin = sum(LID_MARGINS) * self._mesh.scale / 2
        edges, closures = [], []
        for rim, other in ((cut.upper, cut.lower), (cut.lower, cut.upper)):
            half = inward(moved, rim, other)
            length = np.linalg.norm(half, axis=1)
            rest = np.linalg.norm(inward(self._mesh.vertices, rim, other), axis=1)
            closed = 1 - ((length - margin) / np.maximum(rest - margin, 1e-6)).clip(0, 1)
            closed[rest <= margin] = 0  # near the corners, where the rims meet anyway
            share = np.minimum(OVERLAP * margin * closed / np.maximum(length, 1e-9), 1)
            edges.append(moved[rim] + share[:, None] * half)
            closures.append(closed.max())
        return edges[0], edges[1], float(max(closures))


def _lash_colour(image: np.ndarray, ring: np.ndarray) -> np.ndarray:
    """Mean float32 (3,) of the darkest fifth of an eye's pixels: lashes, pupil, drawn outline."""
    box, mask = opening_mask(ring, image.shape, 1.0)
    x0, y0, x1, y1 = box
    pixels = image[y0:y1, x0:x1, :3][mask > 0.1].astype(np.float32)
    if not len(pixels):
        return np.zeros(3, np.float32)
    light = pixels.mean(axis=1)
    return pixels[light <= np.percentile(light, 20)].mean(axis=0)
