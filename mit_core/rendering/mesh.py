"""The mesh that carries the portrait: vertices, triangles, and how landmarks move them.

A vertex moves by two parts. The head's affine pose moves it as much as it belongs to the head
(1 on face and hair, fading to 0 on shoulders and background). What the landmarks do beyond that
pose - lips, jaw, lids, brows - spreads over the skin by a thin plate under tension, solved once
on the mesh *with the mouth and eyes cut out*, so that a dropping lower lip does not drag or push
the upper one.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.spatial import Delaunay, cKDTree

from mit_core.errors import UserError
from mit_core.rendering import contours
from mit_core.rendering.head_pose import HeadPose

# Lengths below are in outer-eye distances (landmarks 36-45; about 0.7 of a face's width).
SEAM = 0.016  # width given to a closed mouth or eye, so that the cut exists in the mesh
FINE, MEDIUM, COARSE = 0.065, 0.12, 0.34  # vertex distance at lips and lids, on the face, outside
FINE_REACH = 0.16
SKIN_REACH = 0.45  # speech and blinks do not move skin beyond this distance from the face
HEAD_FADE = 0.95  # head motion fades to the background over this distance from the hair
RIM_FADE = 0.45  # and over this distance to the picture's rim, which stays
TENSION_LENGTH = 0.35  # shorter: tighter skin, more local motion; longer: softer, overshoots
# Height of the hair's top above the eyes relative to the chin's distance below them (the eyes
# lie half way up a skull; hair adds a quarter) and its half width relative to the jaw's ends.
HAIR_HEIGHT, HAIR_WIDTH = 1.3, 1.3

CUTS = (
    (contours.UPPER_INNER, contours.LOWER_INNER, 4),
    (contours.RIGHT_UPPER_LID, contours.RIGHT_LOWER_LID, 3),
    (contours.LEFT_UPPER_LID, contours.LEFT_LOWER_LID, 3),
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


@dataclass(frozen=True)
class FaceMesh:
    """The portrait's mesh.

    Attributes:
        vertices: float64 (V, 2) pixels; the rim of the picture is among them and never moves.
        triangles: int (T, 3), covering the whole picture, the openings included.
        skin_weights: float64 (V, 68), displacement a landmark's own motion gives each vertex.
        pose_basis: float64 (V, 4), times a fitted pose: displacement by head motion.
        landmark_basis: float64 (68, 4), the same at the landmarks.
        mouth, eyes: the openings.
        scale: outer-eye distance, pixels.
    """

    vertices: np.ndarray
    triangles: np.ndarray
    skin_weights: np.ndarray
    pose_basis: np.ndarray
    landmark_basis: np.ndarray
    mouth: Cut
    eyes: tuple[Cut, Cut]
    scale: float


def build_mesh(landmarks: np.ndarray, width: int, height: int, pose: HeadPose) -> FaceMesh:
    """Mesh a portrait of ``width`` x ``height`` pixels with 68 ``landmarks`` (68, 3).

    Raises:
        UserError: if the landmarks do not form a face inside the picture.
    """
    scale = float(np.linalg.norm(landmarks[45, :2] - landmarks[36, :2]))
    margin = 1.0
    inside = landmarks.astype(np.float64).copy()
    inside[:, 0] = inside[:, 0].clip(margin, width - 1 - margin)
    inside[:, 1] = inside[:, 1].clip(margin, height - 1 - margin)
    seam = SEAM
    while True:
        fixed, rows, cuts = _contour_vertices(inside[:, :2], seam * scale)
        vertices = np.concatenate([fixed, _fill(inside[:, :2], fixed, cuts, scale, width, height)])
        triangles = Delaunay(vertices).simplices
        if _rims_present(triangles, cuts):
            break
        seam *= 1.5
        if seam > 0.08:
            raise UserError(
                "The portrait's landmarks do not form a face that can be moved: the mouth or the "
                "eyes are folded. Correct the landmarks, or use a portrait seen from the front."
            )
    triangles = _oriented(vertices, triangles)
    hull = cv2.convexHull(inside[:, :2].astype(np.float32))
    from_face = _outside(hull, vertices)
    rim = _on_rim(vertices, width, height)
    still = rim | (from_face > SKIN_REACH * scale)
    still[: len(rows)] = False
    skin = _spread(vertices, _without_openings(vertices, triangles, cuts), rows, still, scale)

    ear_depth = inside[[0, 16], 2].mean()
    depth = ear_depth + skin @ (inside[:, 2] - ear_depth)
    share = _head_share(inside[:, :2], vertices, scale, width, height)
    landmark_share = _head_share(inside[:, :2], inside[:, :2], scale, width, height)
    return FaceMesh(
        vertices=vertices,
        triangles=triangles,
        skin_weights=skin,
        pose_basis=pose.basis(np.column_stack([vertices, depth])) * share[:, None],
        landmark_basis=pose.basis(landmarks) * landmark_share[:, None],
        mouth=cuts[0],
        eyes=(cuts[1], cuts[2]),
        scale=scale,
    )


def _contour_vertices(points: np.ndarray, seam: float) -> tuple[np.ndarray, np.ndarray, list[Cut]]:
    """Vertices tied to landmarks: positions (C, 2), their rows (C, 68), and the openings."""
    down = points[8] - points[27]
    down = down / max(float(np.linalg.norm(down)), 1e-6)
    rows, positions, cuts = [], [], []
    count = 0
    for upper, lower, steps in CUTS:
        upper_rows = contours.spline_matrix(upper, steps)
        lower_rows = contours.spline_matrix(lower, steps)[1:-1]
        upper_at, lower_at = upper_rows @ points, lower_rows @ points
        gap = (lower_at - upper_at[1:-1]) @ down
        push = np.maximum(seam - gap, 0)[:, None] / 2 * down
        upper_at[1:-1] -= push
        lower_at += push
        n = len(upper_at)
        inner = count + n + np.arange(n - 2)
        cuts.append(Cut(count + np.arange(n), np.concatenate([[count], inner, [count + n - 1]])))
        rows += [upper_rows, lower_rows]
        positions += [upper_at, lower_at]
        count += 2 * n - 2
    upper_lip = contours.spline_matrix(contours.UPPER_OUTER, 2)
    lower_lip = contours.spline_matrix(contours.LOWER_OUTER, 2)[1:-1]
    jaw = contours.spline_matrix(contours.JAW, 2)
    others = contours.single_matrix(range(17, 36))
    for block in (upper_lip, lower_lip, jaw, others):
        rows.append(block)
        positions.append(block @ points)
    all_rows, all_positions = np.concatenate(rows), np.concatenate(positions)
    keep = _first_of_close(all_positions, count, 0.25 * seam)
    return all_positions[keep], all_rows[keep], cuts


def _first_of_close(positions: np.ndarray, always: int, distance: float) -> np.ndarray:
    keep = np.ones(len(positions), bool)
    for a, b in sorted(cKDTree(positions).query_pairs(distance)):
        if b >= always and keep[a]:
            keep[b] = False
    return keep


def _fill(
    points: np.ndarray,
    fixed: np.ndarray,
    cuts: list[Cut],
    scale: float,
    width: int,
    height: int,
) -> np.ndarray:
    """Vertices between the contours, denser where the skin bends more, and the picture's rim."""
    openings = [fixed[cut.ring].astype(np.float32) for cut in cuts]
    lips_and_lids = cKDTree(fixed[np.concatenate([cut.ring for cut in cuts])])
    hull = cv2.convexHull(points.astype(np.float32))
    taken = fixed
    rim = _rim(width, height, COARSE * scale)
    for spacing in (FINE, MEDIUM, COARSE):
        grid = _hexagonal(points, spacing * scale, width, height)
        if spacing == FINE:
            grid = grid[lips_and_lids.query(grid)[0] < FINE_REACH * scale]
        elif spacing == MEDIUM:
            grid = grid[_outside(hull, grid) < SKIN_REACH * scale]
        for opening in openings:
            # A vertex inside an opening would tie its lips together.
            grid = grid[_outside(opening, grid) > 0]
        if len(grid):
            grid = grid[cKDTree(taken).query(grid)[0] > 0.7 * spacing * scale]
        if spacing == COARSE and len(grid):
            grid = grid[cKDTree(rim).query(grid)[0] > 0.5 * spacing * scale]
        taken = np.concatenate([taken, grid])
    taken = np.concatenate([taken, rim])
    return taken[len(fixed) :]


def _hexagonal(points: np.ndarray, spacing: float, width: int, height: int) -> np.ndarray:
    """Triangular lattice over the picture, one pixel off the rim, with a node at the nose."""
    x0, y0 = points[30]
    dy = spacing * np.sqrt(0.75)
    rows = np.arange(-np.ceil(y0 / dy), np.ceil((height - y0) / dy) + 1)
    columns = np.arange(-np.ceil(x0 / spacing) - 1, np.ceil((width - x0) / spacing) + 1)
    x = x0 + (columns[None] + 0.5 * (rows[:, None] % 2)) * spacing
    y = np.broadcast_to(y0 + rows[:, None] * dy, x.shape)
    grid = np.column_stack([x.ravel(), y.ravel()])
    ok = (grid > 1).all(axis=1) & (grid[:, 0] < width - 2) & (grid[:, 1] < height - 2)
    return grid[ok]


def _rim(width: int, height: int, spacing: float) -> np.ndarray:
    """Points around the picture's edge, half a pixel outside so that every pixel is covered."""
    nx, ny = (max(2, int(np.ceil(n / spacing)) + 1) for n in (width, height))
    x, y = np.linspace(-0.5, width - 0.5, nx), np.linspace(-0.5, height - 0.5, ny)
    return np.concatenate(
        [
            np.column_stack([x, np.full(nx, -0.5)]),
            np.column_stack([x, np.full(nx, height - 0.5)]),
            np.column_stack([np.full(ny - 2, -0.5), y[1:-1]]),
            np.column_stack([np.full(ny - 2, width - 0.5), y[1:-1]]),
        ]
    )


def _on_rim(vertices: np.ndarray, width: int, height: int) -> np.ndarray:
    x, y = vertices.T
    return (x < 0) | (y < 0) | (x > width - 1) | (y > height - 1)


def _rims_present(triangles: np.ndarray, cuts: list[Cut]) -> bool:
    edges = np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    present = set(map(tuple, edges.tolist()))
    for cut in cuts:
        ring = cut.ring
        wanted = np.sort(np.column_stack([ring, np.roll(ring, -1)]), axis=1)
        if not present.issuperset(map(tuple, wanted.tolist())):
            return False
    return True


def _oriented(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    area = np.cross(b - a, c - a)
    flipped = triangles.copy()
    flipped[area < 0] = flipped[area < 0][:, [0, 2, 1]]
    return flipped[np.abs(area) > 1e-9]


def _without_openings(vertices: np.ndarray, triangles: np.ndarray, cuts: list[Cut]) -> np.ndarray:
    """Triangles of skin: those not spanned by one opening's rim alone, inside it."""
    skin = np.ones(len(triangles), bool)
    centres = vertices[triangles].mean(axis=1)
    for cut in cuts:
        on_ring = np.isin(triangles, cut.ring).all(axis=1)
        ring = vertices[cut.ring].astype(np.float32)
        skin &= ~(on_ring & (_outside(ring, centres) <= 0))
    return triangles[skin]


def _spread(
    vertices: np.ndarray,
    triangles: np.ndarray,
    rows: np.ndarray,
    still: np.ndarray,
    scale: float,
) -> np.ndarray:
    """Weights (V, 68) of a tensioned thin plate through the contour vertices, 0 where still."""
    n = len(vertices)
    laplacian, mass = _cotangent_laplacian(vertices / scale, triangles, n)
    energy = laplacian @ (laplacian / mass[:, None]) + laplacian / TENSION_LENGTH**2
    weights = np.zeros((n, contours.N_LANDMARKS))
    weights[: len(rows)] = rows
    known = still.copy()
    known[: len(rows)] = True
    free = ~known
    right = -energy[np.ix_(free, known)] @ weights[known]
    weights[free] = np.linalg.solve(energy[np.ix_(free, free)], right)
    return weights


def _cotangent_laplacian(
    points: np.ndarray, triangles: np.ndarray, n: int
) -> tuple[np.ndarray, np.ndarray]:
    """Positive semi-definite Laplacian (n, n) (Pinkall & Polthier 1993) and lumped areas (n,)."""
    matrix, mass = np.zeros((n, n)), np.full(n, 1e-9)
    for k in range(3):
        i, j, o = triangles[:, k], triangles[:, (k + 1) % 3], triangles[:, (k + 2) % 3]
        a, b = points[i] - points[o], points[j] - points[o]
        cross = np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).clip(1e-9)
        weight = 0.5 * np.clip((a * b).sum(axis=1) / cross, -20, 20)
        np.add.at(matrix, (i, j), -weight)
        np.add.at(matrix, (j, i), -weight)
        np.add.at(matrix, (i, i), weight)
        np.add.at(matrix, (j, j), weight)
        np.add.at(mass, o, cross / 6)
    return matrix, mass


def _head_share(
    points: np.ndarray, at: np.ndarray, scale: float, width: int, height: int
) -> np.ndarray:
    """How much of the head's motion each position (N, 2) follows, 0..1."""
    beyond = _outside(_head_outline(points), at)
    x, y = at.T
    to_rim = np.minimum.reduce([x + 0.5, y + 0.5, width - 0.5 - x, height - 0.5 - y])
    return _smooth_step(1 - beyond / (HEAD_FADE * scale)) * _smooth_step(
        to_rim / (RIM_FADE * scale)
    )


def _head_outline(points: np.ndarray) -> np.ndarray:
    """Closed polygon (N, 1, 2) around face and hair."""
    eyes = points[36:48].mean(axis=0)
    down = points[8] - eyes
    across = (points[16] - points[0]) / 2
    angle = np.linspace(0, np.pi, 25)[:, None]
    hair = eyes + HAIR_WIDTH * np.cos(angle) * across - HAIR_HEIGHT * np.sin(angle) * down
    return cv2.convexHull(np.concatenate([points, hair]).astype(np.float32))


def _outside(polygon: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Distance (N,) of positions to a polygon, 0 or less inside."""
    return np.array(
        [-cv2.pointPolygonTest(polygon, (float(x), float(y)), True) for x, y in at]
    ).reshape(len(at))


def _smooth_step(t: np.ndarray) -> np.ndarray:
    """Quintic ease 0..1 with zero slope and curvature at both ends (Perlin 2002)."""
    t = np.clip(t, 0, 1)
    return t * t * t * (t * (6 * t - 15) + 10)
