"""How far a detector's landmarks are from the true ones."""

import numpy as np
import numpy.typing as npt

from mit_core.faces.points import outer_eye_distance
from mit_core.models.awing_checkpoint import AwingCheckpoint
from mit_core.training.detector_augmentation import cut_face
from mit_core.training.marked_faces import MarkedFaces

_AT_ONCE = 16
"""Crops that a network reads in one batch."""


def normalised_errors(
    found: npt.NDArray[np.floating], truth: npt.NDArray[np.floating]
) -> npt.NDArray[np.floating]:
    """Mean distance of a face's points over its outer-eye distance; (..., 68, 2) -> (...).

    The measure of 300-W (Sagonas et al. 2013).
    """
    return np.linalg.norm(found - truth, axis=-1).mean(axis=-1) / outer_eye_distance(truth)


def detection_errors(checkpoint: AwingCheckpoint, faces: MarkedFaces) -> float:
    """Mean normalised error over faces, each read in the square around its true landmarks."""
    cut = [
        cut_face(crop, points, checkpoint.size, checkpoint.margin)
        for crop, points in zip(faces.crops, faces.points, strict=True)
    ]
    images, truth = np.stack([each[0] for each in cut]), np.stack([each[1] for each in cut])
    found = [
        checkpoint.read(images[start : start + _AT_ONCE])[0]
        for start in range(0, len(images), _AT_ONCE)
    ]
    return float(normalised_errors(np.concatenate(found), truth).mean())
