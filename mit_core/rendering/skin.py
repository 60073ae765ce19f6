"""How motion of the contours spreads over the skin between them."""

import numpy as np


def spread(
    vertices: np.ndarray,
    triangles: np.ndarray,
    rows: np.ndarray,
    still: np.ndarray,
    tension_length: float,
) -> np.ndarray:
    """Weights of a thin plate under tension through given vertices.

    A membrane alone (harmonic) would pinch at each given vertex, a plate alone (biharmonic)
    would swing past them; their sum does neither to the eye.

    Args:
        vertices: (V, 2), the first C of them given, in units in which a face is about 1.
        triangles: int (T, 3) of skin; an opening left out of it is an edge that motion does not
            cross.
        rows: (C, K) weights of the given vertices.
        still: bool (V,), vertices that do not move.
        tension_length: beyond this distance tension outweighs bending, same unit.

    Returns:
        float64 (V, K): rows as given, 0 where still, in between by least energy.
    """
    n = len(vertices)
    laplacian, mass = _cotangent_laplacian(vertices, triangles, n)
    energy = laplacian @ (laplacian / mass[:, None]) + laplacian / tension_length**2
    weights = np.zeros((n, rows.shape[1]))
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
        # Slivers give weights without bound; 20 is an angle of 1.4 degrees.
        weight = 0.5 * np.clip((a * b).sum(axis=1) / cross, -20, 20)
        np.add.at(matrix, (i, j), -weight)
        np.add.at(matrix, (j, i), -weight)
        np.add.at(matrix, (i, i), weight)
        np.add.at(matrix, (j, j), weight)
        np.add.at(mass, o, cross / 6)
    return matrix, mass
