"""The square around a face that networks see, fixed for a whole film."""

from dataclasses import dataclass

import cv2
import numpy as np

SCALE = 1.4
"""Side of the square over the longer side of the landmarks' box: a dropped jaw and some motion fit,
and most of the network's pixels are the face's."""


@dataclass(frozen=True)
class FaceCrop:
    """A square of a picture, not bound to its pixels or to its rim.

    Attributes:
        x, y: its upper left corner, pixels; pixel centres are whole numbers, so that the square
            covers x - 1/2 to x - 1/2 + side.
        side: pixels, above 0.
    """

    x: float
    y: float
    side: float

    @classmethod
    def around(cls, landmarks: np.ndarray, scale: float = SCALE) -> "FaceCrop":
        """The square around (68, 2 or 3) landmarks in pixels.

        Args:
            landmarks: of the picture that is animated.
            scale: side over the longer side of the landmarks' bounding box.
        """
        low, high = landmarks[:, :2].min(axis=0), landmarks[:, :2].max(axis=0)
        side = scale * float((high - low).max())
        x, y = (low + high) / 2 - side / 2 + 0.5
        return cls(float(x), float(y), side)

    def to_crop(self, landmarks: np.ndarray, size: int) -> np.ndarray:
        """Landmarks (..., 2 or 3) of the picture in pixels of the crop at ``size`` a side."""
        zoom = size / self.side
        moved = np.asarray(landmarks, np.float64) * zoom
        # the middle of the first pixel of either grid lies half a pixel inside its corner
        moved[..., 0] -= (self.x - 0.5) * zoom + 0.5
        moved[..., 1] -= (self.y - 0.5) * zoom + 0.5
        return moved

    def cut(self, image: np.ndarray, size: int) -> np.ndarray:
        """The crop, uint8 (size, size, C), smoothed where it shrinks; mirrored beyond the rim."""
        x0, y0, x1, y1 = self.bounds
        height, width = image.shape[:2]
        pads = max(0, -y0), max(0, y1 - height), max(0, -x0), max(0, x1 - width)
        part = image[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)]
        part = cv2.copyMakeBorder(part, *pads, cv2.BORDER_REFLECT_101)
        zoom = size / self.side
        if zoom < 1:
            cv2.GaussianBlur(part, (0, 0), smoothing(zoom), dst=part)
        matrix = np.array([[zoom, 0, 0], [0, zoom, 0]], np.float64)
        matrix[:, 2] = self.to_crop(np.array([float(x0), float(y0)]), size)
        return cv2.warpAffine(
            part, matrix, (size, size), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
        )

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """Whole pixels (x0, y0, x1, y1) that the square touches; they may lie outside."""
        low = np.floor([self.x - 0.5, self.y - 0.5]).astype(int)
        high = np.ceil([self.x + self.side, self.y + self.side]).astype(int) + 1
        return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def smoothing(zoom: float) -> float:
    """Standard deviation, pixels, of the blur before a picture shrinks by ``zoom``; 0 from 1 on.

    A pixel is about as sharp as a Gaussian of half a pixel; this makes of it one of half a pixel of
    the smaller picture.
    """
    return 0.5 * float(np.sqrt(max(zoom**-2 - 1, 0)))
