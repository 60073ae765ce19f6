"""What a network made of a face crop, put back into the full picture without a seam."""

import cv2
import numpy as np
import numpy.typing as npt

from mit_core.rendering.crop import FaceCrop, smoothing

RIM = 0.06
"""Part of the crop's side over which what is pasted fades in. Where two pictures mix, the edges of
both are blurred, so it is as narrow as leaves no seam."""
_ROUNDS = 2
_NO_BLUR = 0.01  # a kernel of one pixel; OpenCV takes 0 for a size to be found
_FARTHEST = 0.5
"""Enlarging more than twofold loses the same of a picture's own pixels, and would take longer."""

Picture = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


class CropPaste:
    """Puts pictures of one crop into frames of one size; the crop's rim stays the frame's.

    Args:
        crop: the square that the pictures show.
        size: pixels a side of the pictures.
        width, height: of the frames, pixels; the crop may reach beyond them.
    """

    def __init__(self, crop: FaceCrop, size: int, width: int, height: int):
        x0, y0, x1, y1 = crop.bounds
        x0, x1 = (min(max(0, x), width) for x in (x0, x1))
        y0, y1 = (min(max(0, y), height) for y in (y0, y1))
        self._place = slice(y0, y1), slice(x0, x1)
        zoom = size / crop.side
        corner = crop.to_crop(np.array([float(x0), float(y0)]), size)
        self._matrix = np.array([[zoom, 0, corner[0]], [0, zoom, corner[1]]])
        self._reading = cv2.INTER_CUBIC if zoom < 1 else cv2.INTER_LINEAR
        self._again = _Again(size, max(zoom, _FARTHEST)) if zoom < 1 else None
        across = _fade((np.arange(x0, x1) + 0.5 - crop.x) / crop.side)
        down = _fade((np.arange(y0, y1) + 0.5 - crop.y) / crop.side)
        self._weight = np.repeat(np.outer(down, across)[..., None], 3, axis=2).astype(np.float32)

    def add(self, frame: Picture, difference: Floats) -> None:
        """Add a difference to a frame, in place; its alpha, if it has one, stays.

        Args:
            frame: (height, width, 3 or 4).
            difference: (size, size, 3), grey levels.
        """
        region = frame[self._place]
        change = cv2.multiply(self._enlarged(difference), self._weight)
        _add(region, change)

    def blend(self, frame: Picture, picture: Floats) -> None:
        """Put a picture over a frame, in place; the frame's alpha, if it has one, stays.

        Args:
            frame: (height, width, 3 or 4).
            picture: (size, size, 3), grey levels.
        """
        region = frame[self._place]
        change = cv2.subtract(self._enlarged(picture), region[..., :3], dtype=cv2.CV_32F)
        change = cv2.multiply(change, self._weight)
        _add(region, change)

    def _enlarged(self, picture: Floats) -> np.ndarray:
        if self._again is None:
            return self._read(picture)
        # What cutting would lose of it again is added beforehand (back-projection, Irani and Peleg
        # 1991), so that the frame shows the picture as finely as the network drew it.
        more = picture
        for _ in range(_ROUNDS):
            more = more + (picture - self._again(more))
        return self._read(more)

    def _read(self, picture: Floats) -> np.ndarray:
        height, width = self._weight.shape[:2]
        return cv2.warpAffine(
            picture,
            self._matrix,
            (width, height),
            flags=self._reading | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )


class _Again:
    """What is left of a picture that is enlarged and cut again.

    Args:
        size: pixels a side. zoom: of the cutting, below 1.
    """

    def __init__(self, size: int, zoom: float):
        self._large = round(size / zoom)
        step = size / self._large
        # the middle of the first pixel of either grid lies half a pixel inside its corner
        self._matrix = np.array([[step, 0, (step - 1) / 2], [0, step, (step - 1) / 2]])
        self._smoothing = smoothing(step)

    def __call__(self, picture: Floats) -> np.ndarray:
        side, large = len(picture), (self._large, self._large)
        way, rim = cv2.INTER_CUBIC, cv2.BORDER_REPLICATE
        seen = cv2.warpAffine(
            picture, self._matrix, large, flags=way | cv2.WARP_INVERSE_MAP, borderMode=rim
        )
        seen = cv2.GaussianBlur(seen, (0, 0), max(self._smoothing, _NO_BLUR))
        return cv2.warpAffine(seen, self._matrix, (side, side), flags=way, borderMode=rim)


def _fade(place: np.ndarray) -> np.ndarray:
    """Weight at a place 0..1 along a side: 0 at its ends, 1 past their rims, smooth between."""
    t = (np.minimum(place, 1 - place) / RIM).clip(0, 1)
    return t * t * (3 - 2 * t)


def _add(region: Picture, change: np.ndarray) -> None:
    colours = cv2.add(region[..., :3], change, dtype=cv2.CV_8U)
    if region.shape[2] == 3:
        region[...] = colours
        return
    # Colours under full transparency mean nothing and stay as they are.
    seen = region[..., 3:] > 0
    region[..., :3] = np.where(seen, colours, region[..., :3])
