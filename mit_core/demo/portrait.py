"""The demo's face: scikit-image's astronaut (Eileen Collins, NASA, public domain)."""

import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import skimage

from mit_core.media.image import read_image, write_image

# (x0, y0, x1, y1) in the photograph's pixels, 512 x 512
_HEAD = (133, 5, 323, 195)  # fills the footage with the head
_HEAD_AND_SHOULDERS = (64, 0, 384, 320)  # the portrait that the demo lets speak


@dataclass(frozen=True)
class Portrait:
    """A picture and its face.

    Attributes:
        image: shape = (size, size, 3), RGB uint8.
        landmarks: shape = (68, 3), float32, pixels of the image (iBUG-68), z toward the viewer.
    """

    image: npt.NDArray[np.uint8]
    landmarks: npt.NDArray[np.float32]


def actor(size: int) -> Portrait:
    """The head that plays all speakers of the demo corpus, ``size`` pixels square."""
    x0, y0, x1, y1 = _HEAD
    scale = size / (x1 - x0)
    resized = cv2.resize(_photograph()[y0:y1, x0:x1], (size, size), interpolation=cv2.INTER_CUBIC)
    # pixel centres: a resize by s maps x to (x + 1/2) s - 1/2
    moved = _landmarks() - np.array([x0, y0, 0], np.float32)
    moved[:, :2] = (moved[:, :2] + 0.5) * scale - 0.5
    moved[:, 2] *= scale
    return Portrait(resized.astype(np.uint8), moved)


def demo_portrait(path: str | Path) -> None:
    """Write the demo's portrait, head and shoulders at 320 x 320 pixels, as a PNG."""
    x0, y0, x1, y1 = _HEAD_AND_SHOULDERS
    write_image(path, np.ascontiguousarray(_photograph()[y0:y1, x0:x1]))


def _photograph() -> npt.NDArray[np.uint8]:
    """The photograph inside the scikit-image wheel, (512, 512, 3) RGB."""
    picture = read_image(Path(skimage.__file__).parent / "data" / "astronaut.png")
    return np.ascontiguousarray(picture[..., :3])


def _landmarks() -> npt.NDArray[np.float32]:
    """The photograph's landmarks, (68, 3), in its pixels.

    The median of mediapipe's face mesh over several crops and scales; points 54 and 60 to 64,
    which it puts up to 2 pixels beside the lips' true edge here, were set by eye.
    """
    with Path(__file__).with_name("astronaut_68.tsv").open(encoding="utf-8") as file:
        rows = [
            [float(row[axis]) for axis in "xyz"] for row in csv.DictReader(file, delimiter="\t")
        ]
    return np.array(rows, np.float32)
