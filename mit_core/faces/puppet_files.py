"""A puppet's points and triangles, read from MakeItTalk's text files as they are.

The published files leave some things unsaid. A triangle's points are the landmarks, all 68 or only
0-47 and the inner lip 60-67, followed by points around the picture's rim: the first is the upper
left corner, the next is below it, and so on along the mesh's own boundary, evenly on each side.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial import Delaunay, QhullError

from mit_core.errors import UserError
from mit_core.faces.mouth import close_mouth
from mit_core.faces.puppet_beside import OPEN, puppet_beside
from mit_core.faces.scheme import N_POINTS

Array = npt.NDArray[np.float64]

ALL = tuple(range(N_POINTS))
WITHOUT_OUTER_LIP = (*range(48), *range(60, 68))

_HEAD_WIDTH = 1.6
"""Of the normalised files: from point 0 to point 16, half way between which is their origin."""
_CLOSED_SHARE = 0.95
"""How far lips are closed where no file says how; the rest is the line that a drawn mouth keeps."""
_RIM_POINTS = 8
_MOST_POINTS = 2**31
"""Of a mesh: whole numbers above are nobody's."""
_FURTHEST = 10
"""Pictures from the corner: a closed mouth further away is another puppet's."""
_MOST_FOLDED = 0.05
"""Of the picture's area: a crossed brow may be the artist's own, but no more."""


@dataclass(frozen=True)
class Puppet:
    """A puppet in its picture's pixels.

    Attributes:
        open: shape = (68, 2), where the picture shows the landmarks.
        closed: shape = (68, 2), the same face with its mouth closed: where speech starts from.
        used: landmarks that are vertices.
        rim: shape = (K, 2), vertices around the picture, after those of ``used``.
        triangles: int, shape = (T, 3), of vertices.
        background: a picture of what is behind, or None.
    """

    open: Array
    closed: Array
    used: tuple[int, ...]
    rim: Array
    triangles: npt.NDArray[np.int64]
    background: Path | None

    def vertices(self, landmarks: npt.NDArray[np.floating]) -> Array:
        """Vertices (len(used) + K, 2) of a face with these landmarks, (68, 2 or 3)."""
        return np.concatenate([landmarks[list(self.used), :2], self.rim])


def read_puppet(portrait: str | Path, width: int, height: int) -> Puppet:
    """Read a puppet; what its files lack is derived.

    Args:
        portrait: its picture. width, height: of the picture, pixels.

    Raises:
        UserError: it is no puppet, a file is malformed, or the triangles do not suit the points.
    """
    files = puppet_beside(portrait)
    if not files:
        raise UserError(
            f"{portrait}: there is no {Path(portrait).stem}_face_open_mouth.txt beside this "
            "picture, so that it is no puppet. Give its landmarks as a table instead."
        )
    points = _points(files[OPEN])
    _check_inside(points, width, height, files[OPEN])
    if "closed" in files:
        scale, shift = _normalisation(files, points)
        with np.errstate(over="ignore", invalid="ignore"):
            closed = _points(files["closed"]) / scale - shift
        if not (np.abs(closed) < _FURTHEST * max(width, height)).all():
            raise UserError(
                f"{files['closed']}: these points lie far outside of the picture, once they are "
                "scaled and shifted to it. Take the files that belong to this puppet, or remove "
                "this one: a closed mouth can be derived."
            )
    else:
        closed = close_mouth(points, _CLOSED_SHARE, _CLOSED_SHARE)
    given = _given_mesh(files["triangles"], width, height) if "triangles" in files else None
    used, rim, triangles = given or _own_mesh(points, width, height, files[OPEN])
    puppet = Puppet(points, closed, used, rim, triangles, files.get("background"))
    if given:
        _check_folds(puppet, files["triangles"], width * height)
    return puppet


def _points(path: Path) -> Array:
    table = _table(path, "68 rows of x y or x y z")
    if table.shape not in ((N_POINTS, 2), (N_POINTS, 3)):
        raise UserError(
            f"{path}: expected 68 rows of x y or x y z, found {_shape(table)}. Take the file that "
            "belongs to this puppet, or give its landmarks as a table."
        )
    return table[:, :2]


def _check_inside(points: Array, width: int, height: int, path: Path) -> None:
    if (points < 0).any() or (points > (width, height)).any():
        raise UserError(
            f"{path}: these points lie outside of the {width}x{height} picture; give them in its "
            "pixels, or the picture in the size that they were made for."
        )
    if np.ptp(points[[0, 16], 0]) == 0 or np.linalg.norm(points[45] - points[36]) == 0:
        raise UserError(f"{path}: these points form no face; its ears or eyes lie on one spot.")


def _normalisation(files: dict[str, Path], points: Array) -> tuple[float, Array]:
    """Scale and shift: normalised = (pixels + shift) * scale. A file's sign of scale is a habit."""
    if "scale_shift" in files:
        path = files["scale_shift"]
        numbers = _table(path, "three numbers: scale, shift in x and in y").ravel()
        if numbers.shape != (3,) or numbers[0] == 0:
            raise UserError(
                f"{path}: expected three numbers, a scale that is not 0 and a shift in x and y. "
                "Correct the file, or remove it: it can be derived."
            )
        return float(abs(numbers[0])), numbers[1:]
    if "open_norm" in files:
        normalised = _points(files["open_norm"])
        spread = points - points.mean(axis=0)
        with np.errstate(over="ignore", invalid="ignore"):
            scale = float((spread * normalised).sum() / (spread**2).sum())
        if not 0 < scale < np.inf:
            raise UserError(
                f"{files['open_norm']}: this is not the normalised form of {files[OPEN].name}. "
                "Take the file that belongs to this puppet, or remove it: it can be derived."
            )
        return scale, normalised.mean(axis=0) / scale - points.mean(axis=0)
    return _HEAD_WIDTH / float(points[16, 0] - points[0, 0]), -points[[0, 16]].mean(axis=0)


def _given_mesh(
    path: Path, width: int, height: int
) -> tuple[tuple[int, ...], Array, npt.NDArray[np.int64]] | None:
    """Landmarks used, rim and triangles of a file; None where it leaves the surroundings out."""
    table = _table(path, "rows of three whole numbers")
    if table.shape[1:] != (3,) or (table != np.rint(table)).any() or not _are_points(table):
        raise UserError(
            f"{path}: expected rows of three whole numbers from 0, the points of a triangle. "
            "Correct the file, or remove it: triangles can be made."
        )
    triangles = table.astype(np.int64)
    count = int(triangles.max()) + 1
    boundary = _boundary(triangles)
    inner = count - len(boundary)
    if sorted(boundary) == list(range(inner, count)):
        for used in (ALL, WITHOUT_OUTER_LIP):
            if inner == len(used) and len(boundary) % 4 == 0:
                rim = np.empty((len(boundary), 2))
                rim[np.array(boundary) - inner] = _rim(len(boundary), width, height)
                return used, rim, triangles
    if count <= N_POINTS:
        return None
    raise UserError(
        f"{path}: these triangles use points 0 to {count - 1}, which are not the landmarks and a "
        "ring of points around them. Take the file that belongs to this puppet, or remove it: "
        "triangles can be made."
    )


def _are_points(table: Array) -> bool:
    return bool(table.min() >= 0 and table.max() < _MOST_POINTS)


def _boundary(triangles: npt.NDArray[np.int64]) -> list[int]:
    """The boundary's points in order, from its least one to the lesser neighbour; [] if broken."""
    edges = np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    single, counts = np.unique(edges, axis=0, return_counts=True)
    neighbours: dict[int, list[int]] = {}
    for a, b in single[counts == 1].tolist():
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    if not neighbours or any(len({*pair} - {p}) != 2 for p, pair in neighbours.items()):
        return []
    first = min(neighbours)
    walk = [first, min(neighbours[first])]
    while (onward := next(p for p in neighbours[walk[-1]] if p != walk[-2])) != first:
        walk.append(onward)
    return walk


def _rim(count: int, width: int, height: int) -> Array:
    """Points (count, 2) around a picture, from its upper left corner down, evenly on each side."""
    corners = np.array([[0, 0], [0, height], [width, height], [width, 0]]) - 0.5
    share = np.arange(count // 4)[:, None] / (count // 4)
    ends = np.roll(corners, -1, axis=0)
    return np.concatenate([a + share * (b - a) for a, b in zip(corners, ends, strict=True)])


def _own_mesh(
    points: Array, width: int, height: int, path: Path
) -> tuple[tuple[int, ...], Array, npt.NDArray[np.int64]]:
    rim = _rim(_RIM_POINTS, width, height)
    vertices = np.concatenate([points[list(WITHOUT_OUTER_LIP)], rim])
    try:
        return WITHOUT_OUTER_LIP, rim, Delaunay(vertices).simplices.astype(np.int64)
    except QhullError as error:
        raise UserError(f"{path}: these points form no face that triangles could cover.") from error


def _check_folds(puppet: Puppet, path: Path, area: float) -> None:
    corners = puppet.vertices(puppet.open)[puppet.triangles]
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    areas = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / 2
    folded = min(np.abs(areas[areas < 0]).sum(), areas[areas > 0].sum())
    if folded > _MOST_FOLDED * area:
        raise UserError(
            f"{path}: these triangles lie over one another at the puppet's points. Take the file "
            "that belongs to this puppet, or remove it: triangles can be made."
        )


def _table(path: Path, what: str) -> Array:
    try:
        rows = [
            [float(cell) for cell in line.replace(",", " ").split()]
            for line in path.read_text(encoding="utf-8-sig").splitlines()
            if line.strip() and not line.lstrip().startswith("#")
        ]
    except ValueError:  # not numbers, or not text
        raise UserError(f"{path}: this is not a text file of numbers; expected {what}.") from None
    if not rows or len({len(row) for row in rows}) != 1 or not np.isfinite(rows).all():
        raise UserError(
            f"{path}: its rows are missing, of unequal length or not finite; expected {what}."
        )
    return np.array(rows)


def _shape(table: Array) -> str:
    return f"{table.shape[0]} rows of {table.shape[1]} numbers"
