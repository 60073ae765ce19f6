"""A puppet's text files, written in MakeItTalk's form from landmarks alone."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from mit_core.faces.puppet_beside import file_beside
from mit_core.faces.puppet_files import derived_puppet
from mit_core.files import written_whole


def write_puppet(
    portrait: str | Path, points: npt.NDArray[np.floating], width: int, height: int
) -> list[Path]:
    """Write the text files that make a picture a puppet; what they tell is derived.

    Args:
        portrait: the picture, beside which they are laid.
        points: shape = (68, 2 or 3), its landmarks as it shows them, pixels.
        width, height: of the picture, pixels.

    Returns:
        The files written.

    Raises:
        UserError: the points lie outside of the picture, or form no face.
    """
    puppet, scale, shift = derived_puppet(portrait, points, width, height)
    ones = np.ones(len(puppet.open))
    tables = {
        "open": (np.column_stack([puppet.open, ones]), "%.4f"),
        "open_norm": (np.column_stack([(puppet.open + shift) * scale, ones]), "%.6f"),
        "closed": (np.column_stack([(puppet.closed + shift) * scale, ones]), "%.6f"),
        "triangles": (puppet.triangles, "%d"),
        "scale_shift": (np.array([scale, *shift]), "%.10f"),
    }
    written = []
    for key, (table, form) in tables.items():
        path = file_beside(portrait, key)
        with written_whole(path) as part:
            np.savetxt(part, table, form)
        written.append(path)
    return written
