"""The square around a face that a landmark network of one size reads."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mit_core.faces.boxes import Box, Image, square_crop


@dataclass(frozen=True)
class NetworkCrop:
    """A square of a picture, shrunk or enlarged to a network's size.

    Attributes:
        image: shape = (size, size, 3), uint8 RGB; black beyond the picture's edge.
        left, top: its corner in the picture, pixels.
        zoom: pixels of the crop a pixel of the picture.
    """

    image: Image
    left: float
    top: float
    zoom: float

    @classmethod
    def around(cls, image: Image, box: Box, margin: float, size: int) -> "NetworkCrop":
        """Cut a square around a box.

        Args:
            image: shape = (H, W, 3), uint8 RGB.
            box: of the landmarks, pixels.
            margin: side of the square over the box's longer side.
            size: pixels a side of the crop.
        """
        crop = square_crop(image, box, margin, largest=size)
        zoom = size / (len(crop.image) * crop.scale)
        shown = crop.image
        if len(shown) < size:
            enlarged = cv2.resize(shown, (size, size), interpolation=cv2.INTER_LINEAR)
            shown = np.asarray(enlarged, np.uint8)
        return cls(shown, crop.left, crop.top, zoom)

    def to_crop(self, points: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Points (..., 2) of the picture in pixels of the crop."""
        # the middle of a pixel stays the middle of what it became
        return (np.asarray(points, np.float64) - (self.left, self.top) + 0.5) * self.zoom - 0.5

    def to_picture(self, points: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Points (..., 2) of the crop in pixels of the picture."""
        return (np.asarray(points, np.float64) + 0.5) / self.zoom - 0.5 + (self.left, self.top)
