"""Tables as the report reads them, and numbers and durations as it prints them."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from mit_core.errors import UserError
from mit_core.files import read_table

Row = dict[str, str]


def read_rows(path: Path, columns: Iterable[str] = ()) -> tuple[list[str], list[Row]]:
    """Read a tab-separated table with a header line.

    Args:
        path: UTF-8 table; a header alone is a table of no rows.
        columns: columns that must be there; others may be.

    Returns:
        The header, and each row by column name; a missing cell is "".

    Raises:
        UserError: the file is absent, or lacks a column.
    """
    return _read(path, columns, delimiter="\t")


def read_history(path: Path) -> tuple[list[str], list[Row]]:
    """Read a training history: comma-separated with a ``step`` column; see :func:`read_rows`."""
    return _read(path, ("step",), delimiter=",")


def number(cell: str) -> float:
    """The number in ``cell``; NaN for an empty cell and for text."""
    try:
        return float(cell)
    except ValueError:
        return math.nan


def total(rows: Iterable[Row], column: str) -> float:
    """Sum of a column; cells without a number count nothing."""
    values = (number(row[column]) for row in rows)
    return math.fsum(value for value in values if math.isfinite(value))


def format_count(value: float) -> str:
    """A whole number with thousands set apart; "–" for NaN."""
    return f"{value:,.0f}" if math.isfinite(value) else "–"


def format_seconds(seconds: float) -> str:
    """A duration in the unit a person would use: 4.0 s, 12.5 min, 3.2 h; "–" for NaN."""
    if not math.isfinite(seconds):
        return "–"
    if seconds < 100:
        return f"{seconds:.1f} s"
    if seconds < 100 * 60:
        return f"{seconds / 60:.1f} min"
    return f"{seconds / 3600:,.1f} h"


def decimals_of(cells: Iterable[str]) -> int:
    """Decimals that numbers shown together get; cells without a number count nothing.

    Enough for three significant digits of the largest magnitude and two of the smallest, but at
    most three more than the largest needs; whole numbers stay whole.
    """
    sizes = [abs(number(cell)) for cell in cells]
    sizes = [size for size in sizes if math.isfinite(size) and size != 0]
    if all(size.is_integer() for size in sizes):
        return 0
    for_largest = max(0, 2 - math.floor(math.log10(max(sizes))))
    for_smallest = max(0, 1 - math.floor(math.log10(min(sizes))))
    return min(max(for_largest, for_smallest), for_largest + 3)


def format_interval(cells: Sequence[str], decimals: int) -> str:
    """A number, or one with the ends of its interval: 0.88 [0.86, 0.90]; "–" for none.

    Args:
        cells: the number, and where they are known the lower and the upper end.
        decimals: of each.
    """
    values = [number(cell) for cell in cells]
    if not math.isfinite(values[0]):
        return "–"
    shown = [f"{value:,.{decimals}f}" for value in values]
    if len(values) < 3 or not all(map(math.isfinite, values)):
        return shown[0]
    return f"{shown[0]} [{shown[1]}, {shown[2]}]"


def format_p(cell: str) -> str:
    """A probability as papers print it: two decimals, three below .1, and "< 0.001"."""
    p = number(cell)
    if not math.isfinite(p):
        return "–"
    if p < 0.001:
        return "< 0.001"
    return f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def is_numeric(cells: Sequence[str]) -> bool:
    """Whether a column holds numbers and empty cells alone, and at least one number."""
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and all(
        math.isfinite(number(cell)) or cell.strip().lower() in {"nan", "inf", "-inf"}
        for cell in filled
    )


def in_words(name: str) -> str:
    """A column's or verdict's name as words: ``no_face`` becomes "no face"."""
    return name.replace("_", " ").strip()


def _read(path: Path, columns: Iterable[str], delimiter: str) -> tuple[list[str], list[Row]]:
    try:
        # A stray byte in a file name must not cost the report.
        return read_table(path, columns, delimiter=delimiter, errors="replace")
    except FileNotFoundError:
        raise UserError(
            f"{path} does not exist, so the report cannot show it; run the stage that writes it."
        ) from None
