"""A portrait's landmarks in face space, and landmarks of face space back on the portrait.

The portrait is registered as a frame of footage is: its steady points are fitted rigidly to the
standard face. A tilted or half-turned portrait so moves its lips along its own axes, and the
displacements learned from registered footage have the right size on it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mit_core.errors import UserError
from mit_core.faces.registration import Settings, register, unregister
from mit_core.faces.scheme import N_POINTS
from mit_core.faces.standard_face import standard_face

Array = npt.NDArray[np.floating]


@dataclass(frozen=True)
class PortraitFace:
    """One portrait in face space.

    Attributes:
        face: shape = (204,), float32, face units, registered.
        quaternion: shape = (4,), w first, how the portrait's head is turned.
        translation: shape = (3,), face units, where it is in the picture.
        scale: face units a pixel.
    """

    face: npt.NDArray[np.float32]
    quaternion: npt.NDArray[np.float64]
    translation: npt.NDArray[np.float64]
    scale: float


def face_of_portrait(points: Array) -> PortraitFace:
    """Register a portrait.

    Landmarks without depth (a drawing's, a 2-D detector's) get the standard face's depth, so that
    the head can turn.

    Args:
        points: shape = (68, 3) or (68, 2), pixels of the portrait, y down.

    Raises:
        UserError: the landmarks form no face.
    """
    points = np.asarray(points, dtype=np.float64)
    if points.shape not in ((N_POINTS, 2), (N_POINTS, 3)):
        raise ValueError(f"expected landmarks of shape (68, 2) or (68, 3), got {points.shape}")
    if not np.isfinite(points).all() or np.ptp(points[:, :2], axis=0).min() <= 0:
        raise UserError(
            "the portrait's landmarks form no face (all on one line, or not numbers): "
            "detect them again, or correct the table of landmarks"
        )
    flat = points.shape[1] == 2 or not points[:, 2].any()
    spatial = np.zeros((1, N_POINTS, 3))
    spatial[0, :, : points.shape[1]] = points
    registered = register(spatial, settings=Settings(smoothing_window=1))
    face = registered.landmarks[0].copy()
    if flat:
        face.reshape(N_POINTS, 3)[:, 2] = standard_face()[:, 2]
    return PortraitFace(
        face, registered.quaternions[0], registered.translations[0], registered.scale
    )


def to_image(landmarks: Array, portrait: PortraitFace) -> npt.NDArray[np.float32]:
    """Put landmarks (T, 204) of face space where the portrait's face is; (T, 68, 3), pixels."""
    count = len(landmarks)
    pixels = unregister(
        landmarks,
        np.repeat(portrait.quaternion[None], count, axis=0),
        np.repeat(portrait.translation[None], count, axis=0),
        portrait.scale,
    )
    return pixels.astype(np.float32)
