"""dlib's 68-point shape predictor (Kazemi and Sullivan 2014): a second opinion, in 2-D.

Its 68-point model was trained on iBUG 300-W, which is free for research only.
"""

from pathlib import Path

import dlib
import numpy as np

from mit_core.faces.boxes import Box, Image, area
from mit_core.faces.detectors import Detection
from mit_core.faces.dlib_models import model_path
from mit_core.faces.weight_files import DLIB_FACES, DLIB_PREDICTOR

# The network finds faces of about 80 pixels and more: smaller pictures are enlarged first.
_SMALL_PICTURE = 400


class DlibDetector:
    """68 landmarks in 2-D (z = 0)."""

    def __init__(self, weights: Path | None = None) -> None:
        self._shape = dlib.shape_predictor(model_path(DLIB_PREDICTOR, weights))
        self._faces = dlib.cnn_face_detection_model_v1(model_path(DLIB_FACES, weights))

    def detect(self, image: Image, box: Box | None = None) -> Detection | None:
        """See `LandmarkDetector.detect`; confidence is 1 where the box was given."""
        image = np.ascontiguousarray(image)
        confidence = 1.0
        if box is None:
            found = self._faces(image, 1 if max(image.shape[:2]) < _SMALL_PICTURE else 0)
            if not found:
                return None
            best = max(found, key=lambda face: area(_edges(face.rect)))
            box, confidence = _edges(best.rect), min(1.0, float(best.confidence))
        left, top, right, bottom = (round(edge) for edge in box)
        shape = self._shape(image, dlib.rectangle(left, top, right, bottom))
        points = np.array([(part.x, part.y, 0) for part in shape.parts()], dtype=np.float32)
        return Detection(points, confidence)

    def close(self) -> None:
        """Nothing is held beyond the object."""


def _edges(rectangle: dlib.rectangle) -> Box:
    return rectangle.left(), rectangle.top(), rectangle.right(), rectangle.bottom()
