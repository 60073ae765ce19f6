"""The backward map of a moved triangle mesh: for each output pixel, where to read the picture."""

import cv2
import numpy as np

# fillConvexPoly takes fixed-point corners; 4 bits place them to 1/16 of a node.
SHIFT = 4


class BackwardMap:
    """Rasterises a moved mesh on a coarse grid of nodes over a box of the picture.

    Where no triangle lies nothing moves: give the triangles that can move, whose outer rim is
    fixed, so that they cover the same area whatever the motion. Nodes are ``step`` pixels apart,
    and the displacement between them is bilinear: it is smooth apart from the rims of mouth and
    eyes, which are drawn over at full resolution.

    Args:
        vertices: (V, 2) positions in the portrait, pixels.
        triangles: int (T, 3).
        box: (x0, y0, x1, y1) integer pixels, the part of the picture that may move.
        step: node distance in pixels, at least 1.
        on_top: so many of the last triangles are drawn over the others.
    """

    def __init__(
        self,
        vertices: np.ndarray,
        triangles: np.ndarray,
        box: tuple[int, int, int, int],
        step: int,
        on_top: int = 0,
    ):
        self.box = box
        self._triangles = triangles
        self._below = len(triangles) - on_top
        self._corners = vertices[triangles]  # (T, 3, 2)
        x0, y0, x1, y1 = box
        self._size = (x1 - x0, y1 - y0)
        self._nodes = (-(-self._size[0] // step), -(-self._size[1] // step))
        # cv2.resize puts node j at output pixel (j + 0.5) * factor - 0.5
        self._factor = np.array(self._size) / np.array(self._nodes)
        node_x = x0 + (np.arange(self._nodes[0]) + 0.5) * self._factor[0] - 0.5
        node_y = y0 + (np.arange(self._nodes[1]) + 0.5) * self._factor[1] - 0.5
        self._node_x, self._node_y = (
            a.astype(np.float32).ravel() for a in np.meshgrid(node_x, node_y)
        )
        self._labels = np.zeros(self._nodes[::-1], np.int32)

    def displacement(self, moved: np.ndarray) -> np.ndarray:
        """Read-from displacement for each pixel of the box.

        Args:
            moved: (V, 2) positions of the vertices in the frame, pixels.

        Returns:
            float32 (y1 - y0, x1 - x0, 2): output pixel p shows the portrait at p + displacement.
        """
        target = moved[self._triangles]  # (T, 3, 2)
        self._label(target)
        labels = self._labels.ravel()  # the last row stands for "no triangle"
        coefficients = _planes(target, self._corners - target)
        c = coefficients.take(labels, axis=0)
        x, y = self._node_x, self._node_y
        # Clipping keeps a node on a sliver's edge inside that sliver: no edge tears.
        b0 = np.clip(c[:, 0] * x + c[:, 1] * y + c[:, 2], 0, 1)
        b1 = np.clip(c[:, 3] * x + c[:, 4] * y + c[:, 5], 0, 1 - b0)
        nodes = np.empty((labels.size, 2), np.float32)
        nodes[:, 0] = c[:, 6] + b0 * c[:, 7] + b1 * c[:, 8]
        nodes[:, 1] = c[:, 9] + b0 * c[:, 10] + b1 * c[:, 11]
        field = nodes.reshape(*self._labels.shape, 2)
        return cv2.resize(field, self._size, interpolation=cv2.INTER_LINEAR)

    def _label(self, target: np.ndarray) -> None:
        self._labels.fill(len(target))
        origin = np.array(self.box[:2]) + 0.5 * self._factor - 0.5
        fixed = np.rint((target - origin) / self._factor * (1 << SHIFT)).astype(np.int32)
        edge1, edge2 = target[:, 1] - target[:, 0], target[:, 2] - target[:, 0]
        area = edge1[:, 0] * edge2[:, 1] - edge1[:, 1] * edge2[:, 0]
        # Folded and thin triangles first: sound ones then cover them.
        order = np.argsort(area[: self._below], kind="stable")
        order = np.concatenate([order, np.arange(self._below, len(area))])
        fill, labels = cv2.fillConvexPoly, self._labels
        for index, corners in zip(order.tolist(), list(fixed[order]), strict=True):
            fill(labels, corners, index, cv2.LINE_8, SHIFT)


def _planes(target: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Rows (T + 1, 12): two barycentric planes over the frame, then displacements, last all 0.

    Displacements and not positions are interpolated, so that rest is exact in float32.
    """
    p0, p1, p2 = target[:, 0], target[:, 1], target[:, 2]
    area = (p1[:, 0] - p0[:, 0]) * (p2[:, 1] - p0[:, 1]) - (p2[:, 0] - p0[:, 0]) * (
        p1[:, 1] - p0[:, 1]
    )
    # A collapsed triangle is at most a line on the grid; any finite value serves there.
    area = np.where(np.abs(area) < 1e-6, 1e-6, area)
    rows = np.zeros((len(target) + 1, 12))
    for column, (a, b) in ((0, (p1, p2)), (3, (p2, p0))):
        rows[:-1, column] = (a[:, 1] - b[:, 1]) / area
        rows[:-1, column + 1] = (b[:, 0] - a[:, 0]) / area
        rows[:-1, column + 2] = (a[:, 0] * b[:, 1] - b[:, 0] * a[:, 1]) / area
    for axis, column in ((0, 6), (1, 9)):
        rows[:-1, column] = offset[:, 2, axis]
        rows[:-1, column + 1] = offset[:, 0, axis] - offset[:, 2, axis]
        rows[:-1, column + 2] = offset[:, 1, axis] - offset[:, 2, axis]
    return rows.astype(np.float32)
