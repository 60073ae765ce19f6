"""Reading a stranger's pickles: numbers, text, arrays and containers come out, and no code runs."""

import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

from mit_core.errors import UserError, reason_of
from mit_core.plain_data import CONTAINERS, NUMPY, Refused
from mit_core.plain_unpickler import PlainUnpickler

DAMAGE = (
    pickle.UnpicklingError,
    RuntimeError,  # a RecursionError among them
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OverflowError,
    MemoryError,
    AssertionError,
    OSError,
    struct.error,
    zipfile.BadZipFile,
)
"""What damaged or hostile bytes provoke in an unpickler."""


def read_plain_pickle(path: str | Path) -> Any:
    """Read a pickle of numbers, text, numpy arrays and containers.

    Raises:
        UserError: no such file, a damaged one, or one that asks for anything else.
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f"The pickle {path} does not exist: check the path.")
    try:
        with path.open("rb") as file:
            return PlainUnpickler(file, {**NUMPY, **CONTAINERS}).load()
    except Refused as error:
        raise UserError(
            f"{path} asks for {error}, which is more than arrays, numbers, text and containers; "
            "it is refused, since reading it could run a stranger's code. Save it anew as plain "
            "numpy arrays."
        ) from error
    except DAMAGE as error:
        why = reason_of(error, "it ends too early")
        raise UserError(
            f"{path} cannot be read as a pickle: it is damaged or of another kind ({why})."
        ) from error
