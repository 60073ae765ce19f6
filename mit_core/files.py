"""Files are written whole or not at all."""

import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mit_core.disk import disk_full


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


def write_text(path: str | Path, text: str) -> None:
    """Write UTF-8 ``text`` to ``path``, whole or not at all."""
    with written_whole(path) as part:
        part.write_text(text, encoding="utf-8")


def write_json(path: str | Path, value: Any) -> None:
    """Write ``value`` as readable JSON to ``path``, whole or not at all."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n")


def read_json(path: str | Path) -> Any:
    """Read the JSON value at ``path``."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def write_arrays(path: str | Path, arrays: Mapping[str, Any]) -> None:
    """Write named arrays as an uncompressed ``.npz``, whole or not at all."""
    import numpy as np

    with written_whole(path) as part, part.open("wb") as file:
        np.savez(file, **arrays)
