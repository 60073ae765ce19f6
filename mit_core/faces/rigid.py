"""Rigid motion between two sets of corresponding points."""

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]


def fit_rigid(
    source: npt.NDArray[np.floating], target: npt.NDArray[np.floating]
) -> tuple[Float64, Float64]:
    """The rotation and translation, without scale, that bring ``source`` nearest to ``target``.

    Least squares by singular value decomposition (Kabsch 1976; Umeyama 1991 for the guard against
    reflections): ``source @ R.T + t`` is nearest to ``target``.

    Args:
        source: shape = (..., N, 3); leading axes are fitted one by one.
        target: shape = (..., N, 3) or (N, 3).

    Returns:
        rotation of shape (..., 3, 3), determinant +1, and translation of shape (..., 3).
    """
    source = np.asarray(source, dtype=np.float64)
    target = np.asarray(target, dtype=np.float64)
    source_centre = source.mean(axis=-2, keepdims=True)
    target_centre = target.mean(axis=-2, keepdims=True)
    covariance = np.swapaxes(source - source_centre, -1, -2) @ (target - target_centre)
    u, _, vt = np.linalg.svd(covariance)
    v, ut = np.swapaxes(vt, -1, -2), np.swapaxes(u, -1, -2)
    mirrored = np.linalg.det(v @ ut) < 0
    v = v.copy()
    v[..., :, 2] *= np.where(mirrored, -1.0, 1.0)[..., None]
    rotation = v @ ut
    moved = source_centre @ np.swapaxes(rotation, -1, -2)
    return rotation, (target_centre - moved)[..., 0, :]
