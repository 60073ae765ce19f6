"""AdaptiveWing (Wang, Bo and Fuxin 2019) as a landmark detector: for faces that others cannot read.

Its weights are a file: what training a detector wrote, or the published ``WFLW_4HG.pth``.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from mit_core.errors import UserError
from mit_core.faces.boxes import Box, Image, box_of, landmarks_box, overlap
from mit_core.faces.detectors import Detection
from mit_core.faces.mediapipe_backend import MediapipeFaces
from mit_core.faces.network_crop import NetworkCrop
from mit_core.faces.wflw import to_68
from mit_core.models.awing_checkpoint import PUBLISHED_FILE, load_awing

_LOOKS = 2
"""Times that a face is read, each in a crop around the landmarks read before: a detector's box is
not cut as the crops of the training were."""

_SEEN = 0.4
"""Least confidence of a face that no box tells of. A network trained on a few photographed people
stays below .35 in drawings that it cannot read and in landscapes, above .5 on photographs of
others, and about .6 on paintings and flat colours."""

_SAME_FACE = 0.3
"""Landmarks are those of the face asked for if their box shares this much with its."""


class AdaptiveWingDetector:
    """68 landmarks in 2-D (z = 0), of a network of 68 or 98 points.

    Args:
        device: ``cpu``, ``cuda`` ...
        weights: the checkpoint file.

    Raises:
        UserError: no weights were given, or the file holds no such network.
    """

    def __init__(self, device: str = "cpu", weights: Path | None = None) -> None:
        if weights is None or weights.is_dir():
            raise UserError(
                "detector: adaptive_wing needs its weights, one file: give the best.pt that "
                f"train_detector wrote, or the published {PUBLISHED_FILE}."
            )
        self._checkpoint = load_awing(weights, device)
        self._faces = MediapipeFaces()

    def detect(self, image: Image, box: Box | None = None) -> Detection | None:
        """See `LandmarkDetector.detect`; confidence is the mean height of the heatmaps' peaks.

        Without a box, faces are found by MediaPipe; where it finds none, the whole picture is
        taken for one.
        """
        found = self.read(image, box)
        if found is None:
            return None
        flat, confidence = to_68(found[0]), found[1]
        points = np.zeros((len(flat), 3), np.float32)
        points[:, :2] = flat
        return Detection(points, confidence)

    def read(
        self, image: Image, box: Box | None = None
    ) -> tuple[npt.NDArray[np.float32], float] | None:
        """Landmarks (P, 2) in the network's own scheme, and their confidence, 0..1.

        Arguments as of ``detect``; None where no face is found, or none that overlaps the box.
        """
        if box is not None:
            points, confidence = self._look_again(image, landmarks_box(box))
            return (points, confidence) if overlap(box_of(points), box) > _SAME_FACE else None
        points, confidence = self._look_again(image, self._face_box(image))
        return (points, confidence) if confidence >= _SEEN else None

    def _face_box(self, image: Image) -> Box:
        """About the landmarks' box of the largest face, or of what is read in the whole picture."""
        faces = self._faces.find(image)
        if faces:
            return landmarks_box(faces[0].box)
        height, width = image.shape[:2]
        return box_of(self._look(image, (0.0, 0.0, float(width), float(height)), 1.0)[0])

    def _look_again(self, image: Image, box: Box) -> tuple[npt.NDArray[np.float32], float]:
        """Read the face in this box, then in the box of what was read."""
        for _ in range(_LOOKS):
            points, confidence = self._look(image, box, self._checkpoint.margin)
            box = box_of(points)
        return points, confidence

    def _look(self, image: Image, box: Box, margin: float) -> tuple[npt.NDArray[np.float32], float]:
        crop = NetworkCrop.around(image, box, margin, self._checkpoint.size)
        points, confidence = self._checkpoint.read(crop.image[None])
        return crop.to_picture(points[0]).astype(np.float32), float(confidence[0])

    def close(self) -> None:
        self._faces.close()
