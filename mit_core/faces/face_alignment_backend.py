"""FAN in 3-D (Bulat and Tzimiropoulos 2017), the detector of the MakeItTalk paper.

The package face-alignment ships no weights and fetches them by itself; this backend reads them
from a folder instead and never fetches. Faces are found by MediaPipe, so the package's own face
detector and its weights are not needed.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from face_alignment import FaceAlignment, LandmarksType
from face_alignment.models import FAN, ResNetDepth

from mit_core.errors import UserError
from mit_core.faces.boxes import Box, Image, landmarks_box
from mit_core.faces.detectors import Detection
from mit_core.faces.mediapipe_backend import MediapipeFaces
from mit_core.faces.weight_files import DEPTH_WEIGHTS, FACE_ALIGNMENT_FILES, LANDMARK_WEIGHTS
from mit_core.models.entries import built
from mit_core.models.tensors import read_tensors, weights_in


def _weights_folder(weights: Path | None) -> Path:
    folder = weights or Path(torch.hub.get_dir()) / "checkpoints"
    missing = [name for name in FACE_ALIGNMENT_FILES if not (folder / name).is_file()]
    if missing:
        raise UserError(
            f"{folder}: face_alignment needs {' and '.join(missing)} in this folder, and they are "
            "never downloaded here. Put the files that the package face-alignment 1.5 uses there, "
            "name another folder in landmarks.weights, or set landmarks.detector to mediapipe."
        )
    return folder


def _read(path: Path) -> Mapping[str, Any]:
    try:
        return read_tensors(path)
    except UserError as error:
        raise UserError(
            f"{path}: this is not a weight file that can be read safely; put the file that the "
            "package face-alignment 1.5 uses there."
        ) from error


class _LocalFaceAlignment(FaceAlignment):
    """The package's model with its weights taken from files that are there."""

    def __init__(self, folder: Path, device: str) -> None:
        self._folder = folder
        super().__init__(
            LandmarksType.THREE_D,
            device=device,
            flip_input=False,
            face_detector="folder",
            compile=False,
        )

    def _load_native(
        self, network_name: str, network_size: int, device: str, dtype: torch.dtype
    ) -> torch.nn.Module:
        path = self._folder / LANDMARK_WEIGHTS
        weights = weights_in({"weights": _read(path)}, "weights", path, "FAN")
        return built(lambda: FAN(network_size), weights, path, "FAN").to(device, dtype=dtype)

    def _load_native_depth(self, device: str, dtype: torch.dtype) -> torch.nn.Module:
        path = self._folder / DEPTH_WEIGHTS
        weights = weights_in(_read(path), "state_dict", path, "depth network")
        return built(ResNetDepth, weights, path, "depth network").to(device, dtype=dtype)


class FaceAlignmentDetector:
    """68 landmarks in 3-D from the face alignment network."""

    def __init__(self, device: str = "cpu", weights: Path | None = None) -> None:
        self._model = _LocalFaceAlignment(_weights_folder(weights), device)
        self._faces = MediapipeFaces()

    def detect(self, image: Image, box: Box | None = None) -> Detection | None:
        """See `LandmarkDetector.detect`; confidence is the mean height of the heatmaps' peaks."""
        if box is None:
            faces = self._faces.find(image)
            if not faces:
                return None
            box = faces[0].box
        # FAN crops by a box that is tight around the 68 points
        tight = landmarks_box(box)
        found, scores, _ = self._model.get_landmarks_from_image(
            image, detected_faces=[tight], return_landmark_score=True
        )
        points = np.asarray(found[0], dtype=np.float32)
        # Depth comes with its own origin; only differences matter, as with the other backends.
        return Detection(points, float(np.clip(np.mean(scores[0]), 0.0, 1.0)))

    def close(self) -> None:
        self._faces.close()
