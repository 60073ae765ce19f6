"""Boxes around faces, and square crops of the picture around them.

A box is (x0, y0, x1, y1) in pixels, x1 and y1 past the end, and may reach over the picture's edge.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Box = tuple[float, float, float, float]
Image = npt.NDArray[np.uint8]

# MediaPipe's boxes go this much, in their own height and width, beyond the box that is tight
# around the 68 points (means over GRID, VoxCeleb and an interview).
FOREHEAD, CHEEKS = 0.13, 0.07


@dataclass(frozen=True)
class FoundFace:
    """A face's box, about from the brows to the chin, and its score, 0..1."""

    box: Box
    score: float


def area(box: Box) -> float:
    """Area in square pixels."""
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def overlap(first: Box, second: Box) -> float:
    """Intersection over union, 0..1."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (area(first) + area(second) - shared)


def box_of(points: npt.NDArray[np.floating]) -> Box:
    """The smallest box around points (N, 2 or 3)."""
    x0, y0 = points[:, :2].min(axis=0)
    x1, y1 = points[:, :2].max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def landmarks_box(face: Box) -> Box:
    """About the box that is tight around the landmarks of a face that MediaPipe found."""
    x0, y0, x1, y1 = face
    above, beside = FOREHEAD * (y1 - y0), CHEEKS * (x1 - x0)
    return x0 + beside, y0 + above, x1 - beside, y1


@dataclass(frozen=True)
class Crop:
    """A square cut out of a picture.

    Attributes:
        image: shape = (S, S, 3), uint8 RGB; black beyond the picture's edge.
        left, top: the crop's corner in the picture, pixels.
        scale: pixels of the picture a pixel of the crop.
    """

    image: Image
    left: float
    top: float
    scale: float

    def to_picture(self, points: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
        """Points (N, 2 or 3) in the crop to the picture; depth is scaled alone."""
        moved = np.asarray(points, dtype=np.float32) * np.float32(self.scale)
        moved[:, :2] += (self.left, self.top)
        return moved

    def to_crop(self, box: Box) -> Box:
        """A box in the picture to the crop."""
        x0, y0, x1, y1 = box
        return (
            (x0 - self.left) / self.scale,
            (y0 - self.top) / self.scale,
            (x1 - self.left) / self.scale,
            (y1 - self.top) / self.scale,
        )


def square_crop(image: Image, box: Box, margin: float, largest: int = 512) -> Crop:
    """Cut a square around the box's centre.

    Args:
        image: shape = (H, W, 3), uint8.
        margin: side of the square over the box's longer side.
        largest: a larger crop is shrunk to this side in pixels (by area, so nothing aliases).
    """
    height, width = image.shape[:2]
    side = max(8, round(max(box[2] - box[0], box[3] - box[1]) * margin))
    left = round((box[0] + box[2] - side) / 2)
    top = round((box[1] + box[3] - side) / 2)
    cut = np.zeros((side, side, 3), dtype=np.uint8)
    x0, x1 = max(left, 0), min(left + side, width)
    y0, y1 = max(top, 0), min(top + side, height)
    if x0 < x1 and y0 < y1:
        cut[y0 - top : y1 - top, x0 - left : x1 - left] = image[y0:y1, x0:x1]
    if side <= largest:
        return Crop(cut, left, top, 1.0)
    shrunk = cv2.resize(cut, (largest, largest), interpolation=cv2.INTER_AREA)
    return Crop(shrunk.astype(np.uint8, copy=False), left, top, side / largest)
