"""Take the head's motion out of landmarks, and keep it beside them as pose.

One frame of pixels p is, in face space, ``scale * p = H r + t``: r are the registered landmarks,
which hold identity and expression, H the head's rotation and t the place of the head. The steady
points fix H and t by one Kabsch step to the standard face; the scale is one a segment, so that a
head that comes nearer changes size in r instead of bending the unit of time.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mit_core.faces.points import outer_eye_distance
from mit_core.faces.pose import matrices_of, quaternions_of
from mit_core.faces.rigid import fit_rigid
from mit_core.faces.scheme import N_POINTS, STEADY
from mit_core.faces.smoothing import savitzky_golay
from mit_core.faces.standard_face import standard_face


@dataclass(frozen=True)
class Settings:
    """Registration.

    Attributes:
        smoothing_window: frames of the Savitzky-Golay filter before fitting; odd, 1 = none.
        smoothing_order: order of its polynomial.
    """

    smoothing_window: int = 7
    smoothing_order: int = 3


@dataclass(frozen=True)
class Registered:
    """A segment's landmarks without head motion, and the motion.

    Attributes:
        landmarks: shape = (T, 204), float32, face units.
        quaternions: shape = (T, 4), w first: the head's rotation from looking straight ahead.
        translations: shape = (T, 3), face units: where the head is in the picture.
        scale: face units a pixel, one for the segment.
    """

    landmarks: npt.NDArray[np.float32]
    quaternions: npt.NDArray[np.float64]
    translations: npt.NDArray[np.float64]
    scale: float


def register(
    points: npt.NDArray[np.floating],
    standard: npt.NDArray[np.floating] | None = None,
    settings: Settings | None = None,
) -> Registered:
    """Register one segment's landmarks to the standard face.

    Args:
        points: shape = (T, 68, 3), pixels. Landmarks of a 2-D detector (z = 0 throughout) are
            fitted in the plane.
        standard: shape = (68, 3), face units; ours where None.
    """
    settings = settings or Settings()
    standard = np.asarray(standard_face() if standard is None else standard, dtype=np.float64)
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 3 or points.shape[1:] != (N_POINTS, 3) or len(points) == 0:
        raise ValueError(f"expected landmarks of shape (T, 68, 3), T > 0, got {points.shape}")
    if not points[..., 2].any():
        # A flat face fitted to a deep one would be tilted to share the depth.
        standard = standard * (1.0, 1.0, 0.0)

    points = savitzky_golay(points, settings.smoothing_window, settings.smoothing_order)
    scale = float(outer_eye_distance(standard) / np.median(outer_eye_distance(points)))
    points = points * scale
    steady = list(STEADY)
    rotation, translation = fit_rigid(points[:, steady], standard[steady])
    registered = points @ np.swapaxes(rotation, 1, 2) + translation[:, None]
    # The head's own motion is the inverse of the motion that undoes it.
    head = np.swapaxes(rotation, 1, 2)
    place = -np.einsum("tij,tj->ti", head, translation)
    return Registered(
        landmarks=registered.reshape(len(points), -1).astype(np.float32),
        quaternions=quaternions_of(head),
        translations=place,
        scale=scale,
    )


def unregister(
    landmarks: npt.NDArray[np.floating],
    quaternions: npt.NDArray[np.floating],
    translations: npt.NDArray[np.floating],
    scale: float,
) -> npt.NDArray[np.float64]:
    """Put head motion back: registered landmarks (T, 204) to pixels (T, 68, 3)."""
    face = np.asarray(landmarks, dtype=np.float64).reshape(-1, N_POINTS, 3)
    turned = face @ np.swapaxes(matrices_of(quaternions), 1, 2)
    return (turned + np.asarray(translations)[:, None]) / scale


def published_pose(
    quaternions: npt.NDArray[np.floating], translations: npt.NDArray[np.floating]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Pose as MakeItTalk's own pickles hold it: the motion that *undoes* the head's.

    Returns:
        ``rot_trans`` of shape (T, 3, 4), rotation beside translation, and ``rot_quat`` of shape
        (T, 4), the same rotation as a quaternion with w *last*.
    """
    undoing = np.swapaxes(matrices_of(quaternions), 1, 2)
    translation = -np.einsum("tij,tj->ti", undoing, np.asarray(translations, dtype=np.float64))
    rot_trans = np.concatenate([undoing, translation[:, :, None]], axis=2)
    return rot_trans, np.roll(quaternions_of(undoing), -1, axis=1)


def head_pose(
    rot_trans: npt.NDArray[np.floating],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The head's own quaternions (T, 4), w first, and translations (T, 3): ``published_pose`` back.

    Args:
        rot_trans: shape = (T, 3, 4), the motion that undoes the head's; its rotations may be as
            inexact as float32 leaves them.
    """
    rot_trans = np.asarray(rot_trans, dtype=np.float64)
    head = np.swapaxes(rot_trans[:, :, :3], 1, 2)
    return quaternions_of(head), -np.einsum("tij,tj->ti", head, rot_trans[:, :, 3])
