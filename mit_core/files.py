"""Files are written whole or not at all."""

import csv
import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mit_core.disk import disk_full
from mit_core.errors import DamagedError, reason_of


@contextmanager
def written_whole(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` and rename it there when the block ends well.

    The temporary name keeps the suffix, since encoders choose their container by it. On an
    exception the temporary file is removed and ``path`` is left as it was.

    Raises:
        DiskFullError: there was no room, whatever the error that told so inside the block.
    """
    target = Path(path)
    part = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=f".{target.stem[:40]}.", suffix=f".part{target.suffix}", dir=target.parent
        )
        os.close(handle)
        part = Path(name)
        yield part
        # mkstemp makes files private; give the mode that open() would have given
        umask = os.umask(0)
        os.umask(umask)
        part.chmod(0o666 & ~umask)
        part.replace(target)
    except Exception as error:
        full = disk_full(error, target.parent)
        if full is None or full is error:
            raise
        raise full from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def is_part(name: str) -> bool:
    """Whether a file is named as ``written_whole`` names what is not yet whole."""
    return _PART.fullmatch(name) is not None


# as mkstemp fills it in
_PART = re.compile(r"\..{0,40}\.[a-z0-9_]{8}\.part(\.[^.]*)?")


def is_file(path: str | Path) -> bool:
    """Whether there is such a file; a name that no file can have, too long say, is that of none."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: str | Path) -> bool:
    """Likewise of a folder."""
    try:
        return Path(path).is_dir()
    except (OSError, ValueError):
        return False


def write_text(path: str | Path, text: str) -> None:
    """Write UTF-8 ``text`` to ``path``, whole or not at all."""
    with written_whole(path) as part:
        part.write_text(text, encoding="utf-8")


def write_json(path: str | Path, value: Any) -> None:
    """Write ``value`` as readable JSON to ``path``, whole or not at all."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n")


def read_json(path: str | Path) -> Any:
    """Read the JSON value at ``path``.

    Raises:
        DamagedError: it is no JSON.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise DamagedError(
            f"{path} is no JSON ({reason_of(error)}). Delete it and run again to write it anew."
        ) from error


def read_table(
    path: str | Path,
    columns: Iterable[str] = (),
    *,
    delimiter: str = "\t",
    errors: str = "strict",
) -> tuple[list[str], list[dict[str, str]]]:
    """Read a table of text with a header line.

    Args:
        path: of the table, UTF-8.
        columns: that must be there; others may be.
        delimiter: between cells.
        errors: what becomes of bytes that are no UTF-8, as ``open`` has it.

    Returns:
        The header, and each row by column name; a missing cell is "".

    Raises:
        DamagedError: it is no such table, or lacks a column.
    """
    try:
        with Path(path).open(encoding="utf-8-sig", errors=errors, newline="") as file:
            reader = csv.DictReader(file, delimiter=delimiter, restval="")
            header = list(reader.fieldnames or [])
            rows = [{name: row[name] for name in header} for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DamagedError(
            f"{path} is no table of text ({reason_of(error)}). Save it as tab-separated text in "
            "UTF-8; if this project wrote it, delete it and run again."
        ) from error
    missing = [name for name in columns if name not in header]
    if missing:
        raise DamagedError(
            f"{path} lacks the column {', '.join(missing)}; its first line names "
            f"{', '.join(header)[:200] or 'nothing'}. If this project wrote it, delete it and run "
            "again."
        )
    return header, rows


def write_arrays(path: str | Path, arrays: Mapping[str, Any]) -> None:
    """Write named arrays as an uncompressed ``.npz``, whole or not at all."""
    import numpy as np

    with written_whole(path) as part, part.open("wb") as file:
        np.savez(file, **arrays)
