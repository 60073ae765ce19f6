"""Landmarks as text: one row a frame, 204 numbers, as the seed project's own dump has them."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from mit_core.errors import UserError, reason_of
from mit_core.faces.scheme import N_POINTS
from mit_core.files import written_whole

COLUMNS = N_POINTS * 3


def write_landmark_text(path: str | Path, landmarks: npt.NDArray[np.floating]) -> None:
    """Write landmarks (T, 204) or (T, 68, 3): x0 y0 z0 x1 ... z67, space-separated, 6 decimals."""
    rows = np.asarray(landmarks).reshape(len(landmarks), COLUMNS)
    with written_whole(path) as part:
        np.savetxt(part, rows, fmt="%.6f")


def read_landmark_text(path: str | Path) -> npt.NDArray[np.float32]:
    """Read what `write_landmark_text` wrote; shape = (T, 204), float32.

    Raises:
        UserError: the file does not hold rows of 204 numbers.
    """
    try:
        rows = np.loadtxt(path, dtype=np.float32, ndmin=2)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such landmark file.") from None
    except ValueError as error:
        raise UserError(f"{path}: this is not a table of numbers ({reason_of(error)}).") from None
    if rows.shape[1] != COLUMNS or len(rows) == 0:
        raise UserError(f"{path}: expected rows of 204 numbers, one row a frame.")
    return rows
