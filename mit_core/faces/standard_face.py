"""The standard face: the one face that every head is registered to.

It is made from the canonical face mesh of MediaPipe (Apache-2.0): the 68 vertices that stand for
the iBUG points, scaled and moved into face space. Face space has the image's orientation: x to the
right of the picture, y down, z towards the camera. One face unit is 1/1.6 of the head's width
between points 0 and 16, whose centre is the origin of x and y; z is 0 half way between the outer
corners of the eyes.

``python -m mit_core.faces.standard_face canonical_face_model.obj`` writes the table anew.
"""

import argparse
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mit_core.faces.landmark_table import read_landmark_table, write_landmark_table
from mit_core.faces.scheme import (
    LEFT_EYE_OUTER,
    MEDIAPIPE_TO_IBUG,
    RIGHT_EYE_OUTER,
)

# Head width in face units, point 0 to point 16 (the published convention).
HEAD_WIDTH = 1.6

TABLE = Path(__file__).with_name("standard_face.tsv")


@cache
def _table() -> npt.NDArray[np.float32]:
    face = read_landmark_table(TABLE)
    face.flags.writeable = False  # every caller shares it
    return face


def standard_face() -> npt.NDArray[np.float32]:
    """The standard face; shape = (68, 3), float32, face units, read-only."""
    return _table()


def from_canonical_mesh(vertices: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """Map canonical mesh vertices (468, 3), in cm with y up, to the standard face (68, 3)."""
    points = np.asarray(vertices, dtype=np.float64)[list(MEDIAPIPE_TO_IBUG)]
    points = points * (1.0, -1.0, 1.0)  # y up -> y down
    points *= HEAD_WIDTH / (points[16, 0] - points[0, 0])
    origin = (points[0] + points[16]) / 2
    origin[2] = (points[RIGHT_EYE_OUTER, 2] + points[LEFT_EYE_OUTER, 2]) / 2
    return (points - origin).astype(np.float32)


def read_obj_vertices(path: Path) -> npt.NDArray[np.float64]:
    """The ``v`` lines of a Wavefront OBJ file; shape = (n, 3)."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return np.array([line.split()[1:4] for line in lines if line.startswith("v ")], dtype=float)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the standard face from a canonical mesh.")
    parser.add_argument("mesh", type=Path, help="MediaPipe's canonical_face_model.obj")
    parser.add_argument("--out", type=Path, default=TABLE)
    arguments = parser.parse_args()
    face = from_canonical_mesh(read_obj_vertices(arguments.mesh))
    write_landmark_table(arguments.out, face)


if __name__ == "__main__":
    main()
