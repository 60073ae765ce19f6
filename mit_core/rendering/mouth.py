"""What is seen between the lips: the photograph's own teeth where it shows them, or drawn ones."""

import cv2
import numpy as np

from mit_core.rendering.layers import Layer, crop_around, opening_mask, skull_motion
from mit_core.rendering.mesh import FaceMesh
from mit_core.rendering.palette import MouthPalette, mouth_palette
from mit_core.rendering.teeth import drawn_lower, drawn_teeth, own_teeth

PAIRS = ((61, 67), (62, 66), (63, 65))
# Gaps are in outer-eye distances (about 90 mm in an adult).
OPEN_PHOTO = 0.03  # from here on a portrait's mouth shows something that is worth keeping
APPEARS = (0.0, 0.014)  # a closed portrait's drawn mouth fades in over these gaps
LIT = 0.07  # gap from which light reaches the teeth fully
SLIT = 0.03  # gap from which one sees into the mouth
TEETH_SOFT = 0.012  # width of the teeth's lower edge
EDGE_AT_REST = 0.02  # a photograph's mouth is kept to its lip's edge while it is at rest,
OWN_EDGE = 0.022  # and cut so far above it, clear of the lip, when the lip has moved away
SHADE, SHADE_OF_GAP = 0.045, 0.25  # depth of the lips' shadow into the mouth, at most
CHANGED, SHARE_OF_WIDTH = 0.05, 0.3  # change of gap, and of width by itself, that ends "at rest"


class MouthInterior:
    """Teeth, tongue and dark behind the lips of one portrait.

    Args:
        image: uint8 (H, W, 3 or 4) portrait.
        landmarks: (68, 3) of the portrait, pixels.
        mesh: its mesh.
    """

    def __init__(self, image: np.ndarray, landmarks: np.ndarray, mesh: FaceMesh):
        self._mesh = mesh
        self._scale = mesh.scale
        self._portrait = landmarks[:, :2]
        self._portrait_gap = mouth_gap(landmarks, mesh.scale)
        self._width = float(np.linalg.norm(landmarks[54, :2] - landmarks[48, :2]))
        self._own = self._portrait_gap > OPEN_PHOTO
        ring = mesh.vertices[mesh.mouth.ring]
        self._centre = ring.mean(axis=0)
        self._basis = mesh.landmark_basis[[48, 51, 54]].mean(axis=0)
        box = crop_around(ring, 0.35 * mesh.scale, image.shape)
        origin = box[:2]
        self.palette: MouthPalette = mouth_palette(image, landmarks)
        crop = image[box[1] : box[3], box[0] : box[2], :3]
        self._edge = OWN_EDGE if self._own else 0.0
        if self._own:
            upper = own_teeth(
                crop,
                mesh.vertices[mesh.mouth.upper] - origin,
                mesh.vertices[mesh.mouth.lower] - origin,
                mesh.scale,
            )
        else:
            upper = drawn_teeth(crop.shape, self._portrait - origin, mesh.scale, self.palette)
        self._upper = Layer(upper, origin)
        lower = drawn_lower(crop.shape, self._portrait - origin, mesh.scale, self.palette)
        self._lower = Layer(lower, origin)

    def draw(
        self, frame: np.ndarray, moved: np.ndarray, pose: np.ndarray, target: np.ndarray
    ) -> None:
        """Draw into ``frame`` in place; ``moved`` (V, 2), ``pose`` (4, 2), ``target`` (68, 2)."""
        gap = mouth_gap(target, self._scale)
        width = float(np.linalg.norm(target[54] - target[48])) / self._width
        opacity = 1.0 if self._own else _ramp(gap - self._portrait_gap, *APPEARS)
        if opacity == 0:
            return
        ring = moved[self._mesh.mouth.ring]
        box, mask = opening_mask(ring, frame.shape, 0.004 * self._scale)
        if not mask.size:
            return
        linear, offset = skull_motion(self._centre, self._basis, self._basis[3], pose, self._scale)
        upper = self._upper.warped(linear, offset, box)
        lips = [65, 66, 67]
        dropped = (target[lips] - self._portrait[lips] @ linear.T - offset).mean(axis=0)
        lower = self._lower.warped(linear, offset + dropped, box)

        shadow = self._shadow(mask, gap)
        # A narrow slit is the lips' own dark line, not a view into the mouth.
        depth = _ramp(gap, 0.0, SLIT)
        dark = depth * self.palette.cavity + (1 - depth) * self.palette.seam
        content = dark + depth * shadow * lower[..., 3:] * (lower[..., :3] - dark)
        changed = self._changed(gap, width)
        light = (1 - changed) + changed * self._light(gap, width) * shadow
        edge = upper[..., 3:] + EDGE_AT_REST * (1 - changed) - self._edge * changed
        teeth = np.clip(edge / TEETH_SOFT + 0.5, 0, 1)
        if not self._own:
            teeth *= depth
        lit = np.maximum(upper[..., :3] * light**self.palette.dimming, dark)
        content += teeth * (lit - content)
        x0, y0, x1, y1 = box
        part = frame[y0:y1, x0:x1, :3]
        alpha = (mask * opacity)[..., None]
        part[:] = np.rint(part + alpha * (content.clip(0, 255) - part)).astype(np.uint8)

    def _light(self, gap: float, width: float) -> float:
        """How well the upper teeth are lit, 0..1: little in a narrow gap or behind round lips."""
        full = min(LIT, 0.5 * self._portrait_gap) if self._own else LIT
        return _ramp(gap, -0.6 * full, full) * (0.2 + 0.8 * _ramp(width, 0.6, 0.9))

    def _changed(self, gap: float, width: float) -> float:
        """0 while the mouth is as in a photograph that shows its inside, else up to 1."""
        if not self._own:
            return 1.0
        away = abs(gap - self._portrait_gap) + SHARE_OF_WIDTH * abs(1 - width)
        return _ramp(away, 0.0, CHANGED)

    def _shadow(self, mask: np.ndarray, gap: float) -> np.ndarray:
        """Light 0..1 inside the mouth, less beside the lips, float32 (h, w, 1)."""
        sigma = max(0.5, min(SHADE, SHADE_OF_GAP * gap) * self._scale)
        return np.clip(1.5 * cv2.GaussianBlur(mask, (0, 0), sigma) - 0.35, 0.2, 1)[..., None]


def mouth_gap(landmarks: np.ndarray, scale: float) -> float:
    """Mean distance of the three inner-lip pairs over the portrait's outer-eye distance."""
    upper, lower = (landmarks[[pair[k] for pair in PAIRS], :2] for k in (0, 1))
    return float(np.linalg.norm(upper - lower, axis=1).mean()) / scale


def _ramp(value: float, low: float, high: float) -> float:
    t = min(max((value - low) / max(high - low, 1e-9), 0.0), 1.0)
    return t * t * (3 - 2 * t)
