"""The training table: one row a run, over every run that was found."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from mit_core.errors import UserError, reason_of
from mit_core.files import read_json, write_text


def _joined(values: Mapping[str, Any]) -> str:
    return "; ".join(f"{name}={_short(value)}" for name, value in sorted(values.items()))


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return value if isinstance(value, str) else json.dumps(value)


def _rounded(value: float) -> str:
    return f"{value:.4f}"


_COLUMNS: Mapping[str, Callable[[Any], str]] = {
    "kind": str,
    "run": str,
    "feature": str,
    "data": str,
    "hours": _rounded,
    "speakers": str,
    "clips": str,
    "settings": _joined,
    "device": str,
    "started": str,
    "seconds": lambda value: f"{value:.1f}",
    "steps": str,
    "best_step": str,
    "measures": _joined,
    "parameters": str,
    "sha256": str,
}


def write_training_table(records: Iterable[str | Path], path: str | Path) -> None:
    """Write a TSV of all runs, by kind and name; only its header where there is no run.

    Args:
        records: the runs' ``run.json``.
        path: of the TSV.

    Raises:
        UserError: a file is no such record.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(sorted(_row(Path(record)) for record in records))
    write_text(path, text.getvalue())


def _row(path: Path) -> list[str]:
    try:
        record = read_json(path)
        row = [shown(record[name]) for name, shown in _COLUMNS.items()]
        "".join(row).encode()  # a name of broken text could not be written
        return row
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise UserError(
            f"{path} is no record of a training run ({type(error).__name__}: {reason_of(error)}): "
            "delete it, and the run's folder where training should write it again."
        ) from error
