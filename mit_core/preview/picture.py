"""Landmarks over a picture."""

from pathlib import Path

from mit_core.faces.detectors import LandmarkDetector
from mit_core.faces.portrait import portrait_landmarks
from mit_core.media.image import opaque, read_image, write_image
from mit_core.preview.overlay import overlaid


def preview_picture(picture: Path, output: Path, detector: LandmarkDetector) -> None:
    """Write a picture with its landmarks, those beside it or those found, drawn over it.

    Raises:
        UserError: it cannot be read, or no face is found in it.
    """
    image = read_image(picture)
    write_image(output, overlaid(opaque(image), portrait_landmarks(picture, image, detector)))
