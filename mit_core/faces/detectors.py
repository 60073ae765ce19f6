"""One interface for whatever finds the 68 landmarks of a face."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mit_core.errors import UserError
from mit_core.faces.boxes import Box, Image


@dataclass(frozen=True)
class Detection:
    """One face's landmarks.

    Attributes:
        points: shape = (68, 3), float32, iBUG order, pixels: x right, y down, z towards the camera
            (0 throughout for a 2-D detector).
        confidence: 0..1, the backend's own score.
    """

    points: npt.NDArray[np.float32]
    confidence: float


class LandmarkDetector(Protocol):
    """Finds landmarks picture by picture; the same picture and box give the same landmarks."""

    def detect(self, image: Image, box: Box | None = None) -> Detection | None:
        """Landmarks of one face.

        Args:
            image: shape = (H, W, 3), uint8 RGB.
            box: about where the face is; None for the largest face of the picture.

        Returns:
            None where no face is found, or none that overlaps the box.
        """
        ...

    def close(self) -> None:
        """Give back what the backend holds."""
        ...


def _mediapipe(device: str, weights: Path | None) -> LandmarkDetector:
    from mit_core.faces.mediapipe_backend import MediapipeDetector

    return MediapipeDetector()


def _face_alignment(device: str, weights: Path | None) -> LandmarkDetector:
    from mit_core.devices import device_here
    from mit_core.faces.face_alignment_backend import FaceAlignmentDetector

    return FaceAlignmentDetector(device_here(device), weights)


def _dlib(device: str, weights: Path | None) -> LandmarkDetector:
    from mit_core.faces.dlib_backend import DlibDetector

    return DlibDetector(weights)


def _adaptive_wing(device: str, weights: Path | None) -> LandmarkDetector:
    from mit_core.devices import device_here
    from mit_core.faces.adaptive_wing_backend import AdaptiveWingDetector

    return AdaptiveWingDetector(device_here(device), weights)


_BACKENDS: dict[str, Callable[[str, Path | None], LandmarkDetector]] = {
    "mediapipe": _mediapipe,
    "face_alignment": _face_alignment,
    "dlib": _dlib,
    "adaptive_wing": _adaptive_wing,
}

DETECTORS = tuple(_BACKENDS)


def open_detector(
    name: str = "mediapipe", device: str = "cpu", weights: str | Path | None = None
) -> LandmarkDetector:
    """Open a landmark detector by name.

    Args:
        name: ``mediapipe`` (3-D, weights in its package, CPU), ``face_alignment`` (3-D FAN of the
            paper, weights by path, wants a GPU), ``dlib`` (2-D, for cross-checks) or
            ``adaptive_wing`` (2-D, a checkpoint of ``train_detector`` or the published one).
        device: ``auto``, ``cpu``, ``cuda`` ...; only face_alignment and adaptive_wing use it.
        weights: folder of the weight files, of adaptive_wing the file itself; None for the
            backend's own place.

    Raises:
        UserError: there is no such detector, or its weights or its package are missing.
    """
    if name not in _BACKENDS:
        raise UserError(f"detector: {name!r} is not one of {', '.join(DETECTORS)}.")
    try:
        return _BACKENDS[name](device, Path(weights) if weights else None)
    except ModuleNotFoundError as error:
        raise UserError(
            f"detector: {name} needs the Python package {error.name}, which is not installed here."
        ) from error
