"""Picture layers behind the skin: a crop that follows the skull, seen through an opening."""

import cv2
import numpy as np

SHIFT = 4  # polygon corners to 1/16 of a fine pixel
FINE = 4  # fine pixels a pixel and side; OpenCV's own smooth edges reach a whole pixel outside


def opening_mask(
    ring: np.ndarray, shape: tuple[int, ...], softness: float = 0.0
) -> tuple[tuple[int, int, int, int], np.ndarray]:
    """Coverage of a polygon, cropped.

    Args:
        ring: (N, 2) corners in pixels.
        shape: (H, W, ...) of the frame.
        softness: standard deviation of the edge, pixels.

    Returns:
        The box (x0, y0, x1, y1), clipped to the frame and possibly empty, and float32 coverage
        0..1 of the box's size.
    """
    pad = 2 + int(np.ceil(3 * softness))
    low = np.floor(ring.min(axis=0)).astype(int) - pad
    high = np.ceil(ring.max(axis=0)).astype(int) + pad + 1
    x0, y0 = int(max(0, low[0])), int(max(0, low[1]))
    x1, y1 = int(min(shape[1], high[0])), int(min(shape[0], high[1]))
    if x1 <= x0 or y1 <= y0:
        return (x0, y0, x0, y0), np.zeros((0, 0), np.float32)
    fine = np.zeros((FINE * (y1 - y0), FINE * (x1 - x0)), np.uint8)
    # pixel centres are whole numbers in both: x lies at (x + 1/2) FINE - 1/2
    corners = ((ring - (x0, y0) + 0.5) * FINE - 0.5) * (1 << SHIFT)
    cv2.fillPoly(fine, [np.rint(corners).astype(np.int32)], (255,), cv2.LINE_8, SHIFT)
    mask = cv2.resize(fine, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
    if softness > 0:
        cv2.GaussianBlur(mask, (0, 0), softness, dst=mask)
    return (x0, y0, x1, y1), mask.astype(np.float32) / 255


class Layer:
    """A crop of picture content that moves by an affine map.

    Args:
        content: uint8 or float32 (h, w, C).
        origin: (x, y) of the crop's first pixel in the portrait.
    """

    def __init__(self, content: np.ndarray, origin: tuple[int, int]):
        self._content = np.ascontiguousarray(content)
        self._origin = np.array(origin, np.float64)

    def warped(self, linear: np.ndarray, offset: np.ndarray, box: tuple[int, ...]) -> np.ndarray:
        """The layer as seen in ``box`` when portrait point u has moved to linear @ u + offset."""
        x0, y0, x1, y1 = box
        matrix = np.column_stack(
            [linear, linear @ self._origin + offset - np.array([x0, y0], np.float64)]
        )
        return cv2.warpAffine(
            self._content,
            matrix,
            (x1 - x0, y1 - y0),
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )


def crop_around(
    points: np.ndarray, margin: float, shape: tuple[int, ...]
) -> tuple[int, int, int, int]:
    """Integer box (x0, y0, x1, y1) around (N, 2) points with a margin, inside the picture."""
    low = np.floor(points.min(axis=0) - margin).astype(int).clip(0)
    high = np.ceil(points.max(axis=0) + margin).astype(int) + 1
    return int(low[0]), int(low[1]), int(min(shape[1], high[0])), int(min(shape[0], high[1]))


def skull_motion(
    centre: np.ndarray, basis: np.ndarray, share: float, pose: np.ndarray, scale: float
) -> tuple[np.ndarray, np.ndarray]:
    """Affine motion of the skull near a point.

    Args:
        centre: (2,) portrait position.
        basis: (4,) the mesh's pose basis there, share included.
        share: how much of the head's motion this place follows.
        pose: (4, 2) fitted pose. scale: outer-eye distance, pixels.

    Returns:
        linear (2, 2) and offset (2,): u moves to linear @ u + offset.
    """
    linear = np.eye(2) + share * pose[:2].T / scale
    offset = centre + basis @ pose - linear @ centre
    return linear, offset
