"""Vertices and triangles of a portrait, with the mouth and the eyes as openings."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import Delaunay, cKDTree

from mit_core.errors import UserError
from mit_core.rendering import contours
from mit_core.rendering.outline import Canvas, hull, outside

# Lengths are in outer-eye distances (landmarks 36-45; about 0.7 of a face's width).
SEAM = 0.016  # width given to a closed mouth or eye, so that the cut exists in the mesh
# An opening's rim lies this far inside the skin, so that no tooth or eye white sticks to it.
# Upper and lower rim; the lower lid has a bright wet edge that closing hides.
LIP_MARGINS, LID_MARGINS = (0.009, 0.009), (0.014, 0.036)
FINE, MEDIUM, COARSE = 0.065, 0.12, 0.34  # vertex distance at lips and lids, on the face, outside
FINE_REACH = 0.16
SKIN_REACH = 0.45  # speech and blinks do not move skin beyond this distance from the face
THIN_LIP = 0.028  # a drawn lip no thicker than this is its edge's line, and moves as the edge does
SPLITS = 6  # rounds of halving rim edges that the triangulation would not keep

OPENINGS = (
    (contours.UPPER_INNER, contours.LOWER_INNER, 4, LIP_MARGINS),
    (contours.RIGHT_UPPER_LID, contours.RIGHT_LOWER_LID, 3, LID_MARGINS),
    (contours.LEFT_UPPER_LID, contours.LEFT_LOWER_LID, 3, LID_MARGINS),
)


@dataclass(frozen=True)
class Cut:
    """An opening in the skin: vertex indices along its upper and lower rim, shared ends."""

    upper: np.ndarray
    lower: np.ndarray

    @property
    def ring(self) -> np.ndarray:
        """Vertex indices once around the opening."""
        return np.concatenate([self.upper, self.lower[-2:0:-1]])


@dataclass
class _Curve:
    """A rim: positions (N, 2) and their landmark rows (N, 68), both ends included."""

    at: np.ndarray
    rows: np.ndarray

    def split(self, edges: np.ndarray) -> None:
        """Halve the edges that start at these positions."""
        self.at = np.insert(self.at, edges + 1, (self.at[edges] + self.at[edges + 1]) / 2, axis=0)
        middle = (self.rows[edges] + self.rows[edges + 1]) / 2
        self.rows = np.insert(self.rows, edges + 1, middle, axis=0)


def triangulate(
    points: np.ndarray, scale: float, canvas: Canvas
) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[Cut, ...]]:
    """Triangulate a canvas around a face.

    Args:
        points: (68, 2) landmarks inside the canvas, pixels.
        scale: outer-eye distance, pixels. canvas: what to cover.

    Returns:
        vertices (V, 2); triangles int (T, 3), the openings' included; rows (C, 68), the weights
        of the first C vertices, which are tied to landmarks; the openings: mouth, eyes.

    Raises:
        UserError: if mouth or eyes are folded.
    """
    curves = _opening_curves(points, scale)
    for _ in range(SPLITS):
        fixed, rows, cuts = _tied_vertices(points, curves, scale)
        vertices = np.concatenate([fixed, _fill(points, fixed, cuts, scale, canvas)])
        triangles = Delaunay(vertices).simplices
        if not _split_missing(triangles, cuts, curves):
            return vertices, _oriented(vertices, triangles), rows, cuts
    raise UserError(
        "The portrait's landmarks do not form a face that can be moved: the mouth or the eyes "
        "are folded. Correct the landmarks, or use a portrait seen from the front."
    )


def skin_triangles(
    vertices: np.ndarray, triangles: np.ndarray, cuts: tuple[Cut, ...]
) -> np.ndarray:
    """The triangles (T', 3) that do not lie in an opening."""
    skin = np.ones(len(triangles), bool)
    centres = vertices[triangles].mean(axis=1)
    for cut in cuts:
        spanned = np.isin(triangles, cut.ring).all(axis=1)
        skin[spanned] &= outside(vertices[cut.ring], centres[spanned]) > 0
    return triangles[skin]


def _opening_curves(points: np.ndarray, scale: float) -> list[tuple[_Curve, _Curve]]:
    down = points[8] - points[27]
    down = down / max(float(np.linalg.norm(down)), 1e-6)
    curves = []
    for upper, lower, steps, margins in OPENINGS:
        rows = [contours.spline_matrix(run, steps) for run in (upper, lower)]
        above, below = rows[0] @ points, rows[1] @ points
        gap = (below - above) @ down
        up, low = (np.maximum((SEAM * scale - gap) / 2, m * scale)[1:-1, None] for m in margins)
        above[1:-1] -= up * down
        below[1:-1] += low * down
        curves.append((_Curve(above, rows[0]), _Curve(below, rows[1])))
    return curves


def _tied_vertices(
    points: np.ndarray, curves: list[tuple[_Curve, _Curve]], scale: float
) -> tuple[np.ndarray, np.ndarray, tuple[Cut, ...]]:
    """Vertices tied to landmarks: positions (C, 2), their rows (C, 68), and the openings."""
    rows, positions, cuts = [], [], []
    count = 0
    for upper, lower in curves:
        n, m = len(upper.at), len(lower.at) - 2
        between = count + n + np.arange(m)
        cuts.append(Cut(count + np.arange(n), np.r_[count, between, count + n - 1]))
        rows += [upper.rows, lower.rows[1:-1]]
        positions += [upper.at, lower.at[1:-1]]
        count += n + m
    # Two ties close together and moved apart would swing the skin beyond them.
    edges = cKDTree(np.concatenate(positions))
    for block in (
        contours.spline_matrix(contours.UPPER_OUTER, 2),
        contours.spline_matrix(contours.LOWER_OUTER, 2)[1:-1],
    ):
        if np.median(edges.query(block @ points)[0]) > THIN_LIP * scale:
            rows.append(block)
            positions.append(block @ points)
    for block in (
        contours.spline_matrix(contours.JAW, 2),
        contours.single_matrix(range(17, 36)),
    ):
        rows.append(block)
        positions.append(block @ points)
    all_rows, all_positions = np.concatenate(rows), np.concatenate(positions)
    keep = np.ones(len(all_positions), bool)
    for a, b in sorted(cKDTree(all_positions).query_pairs(0.25 * SEAM * scale)):
        keep[b] &= b < count or not keep[a]
    return all_positions[keep], all_rows[keep], tuple(cuts)


def _fill(
    points: np.ndarray,
    fixed: np.ndarray,
    cuts: tuple[Cut, ...],
    scale: float,
    canvas: Canvas,
) -> np.ndarray:
    """Vertices between the contours, denser where the skin bends more, and the canvas's rim."""
    lips_and_lids = cKDTree(fixed[np.concatenate([cut.ring for cut in cuts])])
    face = hull(points)
    rim = _rim(canvas, COARSE * scale)
    taken = fixed
    for spacing in (FINE, MEDIUM, COARSE):
        grid = _lattice(points[30], spacing * scale, canvas)
        if spacing == FINE:
            grid = grid[lips_and_lids.query(grid)[0] < FINE_REACH * scale]
        elif spacing == MEDIUM:
            grid = grid[outside(face, grid) < SKIN_REACH * scale]
        for cut in cuts:  # a vertex inside an opening would tie its lips together
            grid = grid[outside(fixed[cut.ring], grid) > 0]
        grid = grid[cKDTree(taken).query(grid)[0] > 0.7 * spacing * scale]
        if spacing == COARSE:
            grid = grid[cKDTree(rim).query(grid)[0] > 0.5 * spacing * scale]
        taken = np.concatenate([taken, grid])
    return np.concatenate([taken[len(fixed) :], rim])


def _lattice(through: np.ndarray, spacing: float, canvas: Canvas) -> np.ndarray:
    """Triangular lattice (N, 2) with a node at ``through``, off the rim."""
    x0, y0 = through
    dy = spacing * np.sqrt(0.75)
    (left, top), (right, bottom) = canvas.low, canvas.high
    rows = np.arange(np.floor((top - y0) / dy), np.ceil((bottom - y0) / dy) + 1)
    columns = np.arange(np.floor((left - x0) / spacing) - 1, np.ceil((right - x0) / spacing) + 1)
    x = x0 + (columns[None] + 0.5 * (rows[:, None] % 2)) * spacing
    y = np.broadcast_to(y0 + rows[:, None] * dy, x.shape)
    grid = np.column_stack([x.ravel(), y.ravel()])
    return grid[(grid > canvas.low + 1).all(axis=1) & (grid < canvas.high - 1).all(axis=1)]


def _rim(canvas: Canvas, spacing: float) -> np.ndarray:
    """Points (N, 2) around the canvas's edge."""
    (left, top), (right, bottom) = canvas.low, canvas.high
    nx, ny = (max(2, int(np.ceil(n / spacing)) + 1) for n in (right - left, bottom - top))
    x, y = np.linspace(left, right, nx), np.linspace(top, bottom, ny)
    return np.concatenate(
        [
            np.column_stack([x, np.full(nx, top)]),
            np.column_stack([x, np.full(nx, bottom)]),
            np.column_stack([np.full(ny - 2, left), y[1:-1]]),
            np.column_stack([np.full(ny - 2, right), y[1:-1]]),
        ]
    )


def _split_missing(
    triangles: np.ndarray, cuts: tuple[Cut, ...], curves: list[tuple[_Curve, _Curve]]
) -> bool:
    """Halve each rim edge that is no edge of the triangulation; whether there was one."""
    edges = np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    present = set(map(tuple, edges.tolist()))
    found = False
    for cut, pair in zip(cuts, curves, strict=True):
        for run, curve in zip((cut.upper, cut.lower), pair, strict=True):
            wanted = np.sort(np.column_stack([run[:-1], run[1:]]), axis=1).tolist()
            missing = np.array([k for k, e in enumerate(wanted) if tuple(e) not in present], int)
            curve.split(missing)
            found |= len(missing) > 0
    return found


def _oriented(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Triangles of one orientation, those without area left out."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    area = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    turned = np.where(area[:, None] < 0, triangles[:, [0, 2, 1]], triangles)
    return turned[np.abs(area) > 1e-9]
