"""The landmarks of a portrait: a photo, a painting, a drawing."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from mit_core.errors import UserError
from mit_core.faces.boxes import Image
from mit_core.faces.detectors import LandmarkDetector
from mit_core.faces.landmark_table import read_landmark_table
from mit_core.faces.puppet_beside import is_puppet
from mit_core.faces.puppet_files import read_puppet
from mit_core.faces.table_beside import table_beside
from mit_core.media.image import opaque


def portrait_landmarks(
    portrait: str | Path, image: Image, *detectors: LandmarkDetector
) -> npt.NDArray[np.float32]:
    """Landmarks (68, 3) of a portrait: from the files beside it, else from a detector.

    A puppet's are those of its closed mouth, which speech starts from.

    Args:
        portrait: path of the picture.
        image: uint8 (H, W, 3 or 4), the picture.
        detectors: asked in turn, until one finds a face.

    Raises:
        UserError: the files are wrong or lie outside the picture, or no face was found.
    """
    table = table_beside(portrait)
    if is_puppet(portrait):
        closed = read_puppet(portrait, image.shape[1], image.shape[0]).closed
        return np.column_stack([closed, np.zeros(len(closed))]).astype(np.float32)
    if not table.is_file():
        return find_portrait_landmarks(image, portrait, *detectors)
    points = read_landmark_table(table)
    height, width = image.shape[:2]
    inside = (points[:, :2] > (-width, -height)) & (points[:, :2] < (2 * width, 2 * height))
    if not inside.all():
        raise UserError(
            f"{table}: these landmarks lie far outside of the {width}x{height} picture; give "
            "them in its pixels, x to the right and y down."
        )
    return points


def find_portrait_landmarks(
    image: Image, name: str | Path, *detectors: LandmarkDetector
) -> npt.NDArray[np.float32]:
    """Landmarks of the largest face of a picture; shape = (68, 3), float32, pixels.

    Args:
        image: shape = (H, W, 3) or, with transparency, (H, W, 4), uint8 RGB(A).
        name: the picture's path, for the error.
        detectors: asked in turn, until one finds a face.

    Raises:
        UserError: no face was found; says how to give landmarks by hand.
    """
    seen = opaque(image)
    for detector in detectors:
        found = detector.detect(seen)
        if found is not None:
            return found.points
    raise UserError(
        f"{name}: no face was found in this picture. Use one that shows a whole face from the "
        "front, or put its landmarks beside it in a text file of 68 rows of x y (pixels, "
        f"iBUG order) named {table_beside(name).name}; for many drawings of one style train a "
        "detector on a few of them (train_detector) and give it as animate.drawings_detector."
    )
