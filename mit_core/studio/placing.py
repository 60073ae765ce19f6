"""Landmarks placed by hand: kept beside the studio's picture, given out as files."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from mit_core.faces.landmark_table import write_landmark_table
from mit_core.faces.table_beside import table_beside
from mit_core.studio.store import Medium


def place(portrait: Medium, points: npt.NDArray[np.floating]) -> None:
    """Write landmarks (68, 2) beside the studio's copy of a picture."""
    write_landmark_table(table_beside(portrait.path), points)


def table_to_give(portrait: Medium, points: npt.NDArray[np.floating]) -> str:
    """A table of landmarks in the pixels of the picture as it was given, not as it was kept."""
    width, height = portrait.facts["size"]
    wide, high = portrait.facts["original"]
    factor = np.array([wide / width, high / height, wide / width])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.tsv"
        write_landmark_table(path, points * factor)
        return path.read_text(encoding="utf-8")
