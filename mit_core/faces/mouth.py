"""The mouth: how open it is, closing it, and mending lips that have passed through each other."""

import numpy as np
import numpy.typing as npt

from mit_core.faces.points import as_points, outer_eye_distance
from mit_core.faces.scheme import INNER_LIP, INNER_LIP_PAIRS

_UPPER = [upper for upper, _ in INNER_LIP_PAIRS]
_LOWER = [lower for _, lower in INNER_LIP_PAIRS]

# Outer-lip points and the inner-lip point that each goes along with: those opposite a lip pair
# follow their inner neighbour, those beside a corner follow the nearest pair half as far.
_OUTER_BESIDE_PAIR = {50: 61, 51: 62, 52: 63, 56: 65, 57: 66, 58: 67}
_OUTER_BESIDE_CORNER = {49: 61, 53: 63, 55: 65, 59: 67}


def _fan(polygon: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Signed areas of the triangles from the polygon's first point; (..., N, 2) -> (..., N-2)."""
    spokes = polygon[..., 1:, :2] - polygon[..., :1, :2]
    first, second = spokes[..., :-1, :], spokes[..., 1:, :]
    return (first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0]) / 2


def polygon_area(polygon: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Area covered by a fan of triangles, each counted as positive; (..., N, 2 or 3) -> (...)."""
    return np.abs(_fan(np.asarray(polygon))).sum(axis=-1)


def signed_polygon_area(polygon: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Area of a polygon, positive where it runs clockwise on the screen; (..., N, 2) -> (...)."""
    return _fan(np.asarray(polygon)).sum(axis=-1)


def inner_lip_area(landmarks: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Area inside the inner lip, seen from the front, in squared units of the input."""
    return polygon_area(as_points(landmarks)[..., list(INNER_LIP), :])


def mouth_opening(landmarks: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Mean distance of the three inner-lip pairs over the outer-eye distance; (T, ...) -> (T,).

    About 0 for a closed mouth and .4 for one wide open, at any scale.
    """
    points = as_points(landmarks)
    gaps = np.linalg.norm(points[..., _UPPER, :] - points[..., _LOWER, :], axis=-1)
    return gaps.mean(axis=-1) / outer_eye_distance(points)


def most_closed_frame(landmarks: npt.NDArray[np.floating]) -> int:
    """The frame with the least inner-lip area: the clip's identity face."""
    return int(np.argmin(inner_lip_area(landmarks)))


def close_mouth(
    landmarks: npt.NDArray[np.floating], share: float = 0.7, corner_share: float = 0.5
) -> npt.NDArray[np.floating]:
    """Bring the lips together; the outer lip moves along.

    Args:
        landmarks: (..., 204) or (..., 68, 3); displacements of a face may be given as well.
        share: how far each inner lip goes towards the middle of the two; 1 closes the mouth.
        corner_share: the same for the outer-lip points beside the corners of the mouth.

    Returns:
        A copy in the same shape and type.
    """
    landmarks = np.asarray(landmarks)
    closed = landmarks.copy()
    points, moved = as_points(landmarks), as_points(closed)
    half = (points[..., _LOWER, :] - points[..., _UPPER, :]) / 2
    to_middle = {}
    for place, (upper, lower) in enumerate(INNER_LIP_PAIRS):
        to_middle[upper], to_middle[lower] = half[..., place, :], -half[..., place, :]
    for point, way in to_middle.items():
        moved[..., point, :] += share * way
    for point, inner in _OUTER_BESIDE_PAIR.items():
        moved[..., point, :] += share * to_middle[inner]
    for point, inner in _OUTER_BESIDE_CORNER.items():
        moved[..., point, :] += corner_share * to_middle[inner]
    return closed


def repair_inverse_lips(landmarks: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Where the lower lip has passed above the upper one, let them meet half way.

    The outer lip of such a frame keeps the thickness that the lips had in the frame before
    (in y), since a network that crosses the lips has put the outer ones wrong, too.

    Args:
        landmarks: shape = (T, 204) or (T, 68, 3), y down.

    Returns:
        A copy in the same shape and type.
    """
    landmarks = np.asarray(landmarks)
    repaired = landmarks.copy()
    points = as_points(repaired)
    crossed = signed_polygon_area(points[..., list(INNER_LIP), :]) < 0
    follows = {**_OUTER_BESIDE_PAIR, 49: 60, 59: 60, 53: 64, 55: 64}
    outer, inner = list(follows), list(follows.values())
    for frame in np.flatnonzero(crossed):
        middle = (points[frame, _UPPER] + points[frame, _LOWER]) / 2
        points[frame, _UPPER] = points[frame, _LOWER] = middle
        if frame > 0:
            moved = points[frame, inner, 1] - points[frame - 1, inner, 1]
            points[frame, outer, 1] = points[frame - 1, outer, 1] + moved
    return repaired
