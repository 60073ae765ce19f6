"""Strips of lip and lid that reach a little way into their opening.

The coarse map bends sharply at the rim of an opening. The strip continues the skin past the rim,
so that the bend lies where teeth or eye are drawn over it, and no tooth shows on the lip.
"""

import numpy as np

from mit_core.rendering.mesh import FaceMesh
from mit_core.rendering.triangulation import Cut


class Flaps:
    """The strips of every opening of a mesh, as extra vertices and triangles.

    Args:
        mesh: the portrait's mesh.
        reach: width of a strip in pixels; less where the opening is narrower than two strips.

    Attributes:
        sources: (F, 2) portrait positions of the extra vertices: the rims, so that a strip shows
            the colour of the skin's edge.
        triangles: int (S, 3) into the mesh's vertices followed by the extra ones.
    """

    def __init__(self, mesh: FaceMesh, reach: float):
        self._reach = reach
        self._rims = [pair for cut in (mesh.mouth, *mesh.eyes) for pair in _both_ways(cut)]
        self.sources = np.concatenate([mesh.vertices[rim] for rim, _ in self._rims])
        self._rest = [inward(mesh.vertices, *pair) for pair in self._rims]
        triangles, first = [], len(mesh.vertices)
        for rim, _ in self._rims:
            extra = first + np.arange(len(rim))
            a, b, c, d = rim[:-1], rim[1:], extra[:-1], extra[1:]
            triangles += [np.column_stack([a, b, c]), np.column_stack([b, d, c])]
            first += len(rim)
        self.triangles = np.concatenate(triangles)

    def moved(self, vertices: np.ndarray) -> np.ndarray:
        """Positions (F, 2) of the extra vertices when the mesh's are at ``vertices`` (V, 2).

        At rest they lie on the rims, which leaves the portrait as it is; they come out as the
        opening changes.
        """
        positions = []
        for pair, rest in zip(self._rims, self._rest, strict=True):
            half = inward(vertices, *pair)
            changed = np.linalg.norm(half - rest, axis=1)
            length = np.linalg.norm(half, axis=1)
            out = np.minimum(np.minimum(self._reach, 2 * changed) / np.maximum(length, 1e-9), 1)
            positions.append(vertices[pair[0]] + out[:, None] * half)
        return np.concatenate(positions)


def _both_ways(cut: Cut) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    return (cut.upper, cut.lower), (cut.lower, cut.upper)


def inward(vertices: np.ndarray, rim: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Vectors (N, 2) from a rim half way to the other one, matched by place along the rim."""
    place, place_there = np.linspace(0, 1, len(rim)), np.linspace(0, 1, len(other))
    there = np.column_stack(
        [np.interp(place, place_there, vertices[other, axis]) for axis in (0, 1)]
    )
    return (there - vertices[rim]) / 2
