"""A portrait's landmarks in face space, and landmarks of face space back on the portrait.

The portrait is registered as a frame of footage is: its steady points are fitted rigidly to the
standard face. A tilted or half-turned portrait so moves its lips along its own axes, and the
displacements learned from registered footage have the right size on it. A drawing is turned in the
picture's plane only, by all its points: its nose may lie above its eyes.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mit_core.errors import UserError
from mit_core.faces.points import outer_eye_distance
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
    if outer_eye_distance(points[:, :2]) == 0:
        raise UserError(
            "the portrait's landmarks form no face (both eyes lie on one spot): "
            "detect them again, or correct the table of landmarks"
        )
    if flat:
        return _flat_face(points[:, :2])
    registered = register(points[None], settings=Settings(smoothing_window=1))
    return PortraitFace(
        registered.landmarks[0],
        registered.quaternions[0],
        registered.translations[0],
        registered.scale,
    )


def _flat_face(points: Array) -> PortraitFace:
    """A face without depth, (68, 2): turned in its plane, and as deep as the standard face."""
    standard = np.asarray(standard_face(), np.float64)
    scale = float(outer_eye_distance(standard) / outer_eye_distance(points))
    there, here = standard[:, :2] @ (1, 1j), scale * points @ (1, 1j)
    # least squares over rotations of the plane; over all rotations a face may come out mirrored
    turned = np.vdot(there - there.mean(), here - here.mean())
    rotation = turned / abs(turned) if abs(turned) > 0 else 1.0
    place = here.mean() - rotation * there.mean()
    face = (here - place) / rotation
    half = np.angle(rotation) / 2
    return PortraitFace(
        np.column_stack([face.real, face.imag, standard[:, 2]]).astype(np.float32).ravel(),
        np.array([np.cos(half), 0, 0, np.sin(half)]),
        np.array([place.real, place.imag, 0]),
        scale,
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
