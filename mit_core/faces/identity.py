"""Whom a face looks like: dlib's face recognition network (King 2017; He et al. 2016)."""

from pathlib import Path

import dlib
import numpy as np
import numpy.typing as npt

from mit_core.faces.boxes import box_of
from mit_core.faces.dlib_models import model_path

NETWORK = "dlib_face_recognition_resnet_model_v1.dat"

SAME_PERSON = 0.6
"""Two pictures nearer than this are taken for one person by dlib's own measure."""


class FaceIdentity:
    """Embeds faces so that pictures of one person lie close together.

    Args:
        weights: folder of the network's file; that of face-recognition-models by default.

    Raises:
        UserError: the file is missing.
    """

    def __init__(self, weights: Path | None = None):
        self._network = dlib.face_recognition_model_v1(model_path(NETWORK, weights))

    def embed(
        self, image: npt.NDArray[np.uint8], landmarks: npt.NDArray[np.floating]
    ) -> npt.NDArray[np.float64]:
        """Embedding of one face, shape = (128,); the Euclidean distance of two is what counts.

        Args:
            image: uint8 (H, W, 3) RGB.
            landmarks: shape = (68, 2 or 3), pixels; they turn and scale the face to what the
                network knows, so pictures that are compared should share them.
        """
        points = [dlib.point(round(x), round(y)) for x, y in landmarks[:, :2].tolist()]
        left, top, right, bottom = (round(edge) for edge in box_of(landmarks))
        shape = dlib.full_object_detection(dlib.rectangle(left, top, right, bottom), points)
        found = self._network.compute_face_descriptor(np.ascontiguousarray(image), shape)
        return np.array(found, np.float64)
