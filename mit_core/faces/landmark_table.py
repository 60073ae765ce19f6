"""Landmarks as a small text table that a person can read and correct by hand."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from mit_core.errors import UserError
from mit_core.faces.scheme import N_POINTS
from mit_core.files import write_text

HEADER = "point\tx\ty\tz"


def write_landmark_table(path: str | Path, points: npt.NDArray[np.floating]) -> None:
    """Write landmarks (68, 2 or 3) as a tab-separated table: point, x, y, z."""
    points = np.asarray(points)
    if points.shape not in ((N_POINTS, 2), (N_POINTS, 3)):
        raise ValueError(f"expected landmarks of shape (68, 2) or (68, 3), got {points.shape}")
    depth = points[:, 2] if points.shape[1] == 3 else np.zeros(N_POINTS)
    rows = [
        f"{index}\t{x:.6f}\t{y:.6f}\t{z:.6f}"
        for index, (x, y, z) in enumerate(zip(points[:, 0], points[:, 1], depth, strict=True))
    ]
    write_text(path, "\n".join([HEADER, *rows]) + "\n")


def read_landmark_table(path: str | Path) -> npt.NDArray[np.float32]:
    """Read landmarks written by hand or by `write_landmark_table`; shape = (68, 3), float32.

    Accepts a header or none, a first column of point numbers or none, two or three coordinates
    (a missing z is 0), tabs, spaces or commas; lines that start with ``#`` are notes.

    Raises:
        UserError: the file is missing, or is not 68 rows of numbers.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such landmark file.") from None
    except (UnicodeDecodeError, OSError):
        raise UserError(f"{path}: this is not a text file of landmarks.") from None

    rows: list[list[float]] = []
    header: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        cells = line.replace(",", " ").split()
        if not cells or cells[0].startswith("#"):
            continue
        try:
            rows.append([float(cell) for cell in cells])
        except ValueError:
            if rows or header:
                raise UserError(
                    f"{path}, line {number}: {line.strip()!r} is not numbers."
                ) from None
            header = cells
    return _points_of(rows, header, path)


def _points_of(rows: list[list[float]], header: list[str], path: Path) -> npt.NDArray[np.float32]:
    widths = sorted({len(row) for row in rows})
    if len(rows) != N_POINTS or len(widths) != 1:
        raise UserError(
            f"{path}: expected 68 rows of x y or x y z, one a landmark in iBUG order; "
            f"found {len(rows)} rows of {' or '.join(map(str, widths)) or 'no'} numbers."
        )
    table = np.array(rows, dtype=np.float64)
    # Four columns are numbered points; three are, too, if the header or the numbers say so.
    numbered = bool(np.array_equal(table[:, 0], np.arange(N_POINTS)))
    if table.shape[1] == 4 or (table.shape[1] == 3 and (numbered or header[:1] == ["point"])):
        table = table[:, 1:]
    if table.shape[1] not in (2, 3) or not (np.abs(table) < np.finfo(np.float32).max).all():
        raise UserError(
            f"{path}: each row must hold x y or x y z as finite numbers (pixels), "
            "with the point's number before them or not."
        )
    points = np.zeros((N_POINTS, 3), dtype=np.float32)
    points[:, : table.shape[1]] = table
    return points
