"""Reading numpy's files, damaged and hostile ones too, with no more room than the file takes.

numpy itself makes room for what a header claims, and unpacks what a zip holds.
"""

import errno
import io
import math
import os
import tokenize
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy

from mit_core.errors import DamagedError, reason_of
from mit_core.unpickling import DAMAGE

_DAMAGE = (*DAMAGE, SyntaxError, tokenize.TokenError)
"""What damaged bytes provoke in numpy: it takes a header for Python."""
_NOT_THE_FILES = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO}
"""What the system lacks says nothing of a file."""
_KINDS = "biufcSU"
"""Element types that are plain numbers or text: no objects, no records."""
_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def read_array(path: str | Path, *, mapped: bool = False) -> npt.NDArray[Any]:
    """Read the array of a ``.npy`` file.

    Args:
        path: of the file.
        mapped: leave the numbers in the file (a memory map, not to be written to).

    Raises:
        DamagedError: it is missing, damaged or of another kind.
    """
    try:
        with Path(path).open("rb") as file:
            shape, by_columns, kind = _header(file)
            if mapped and 0 not in shape:
                order = "F" if by_columns else "C"
                return np.memmap(path, kind, "r", file.tell(), shape, order)  # type: ignore[call-overload]
            return _values(file, shape, by_columns, kind)
    except _DAMAGE as error:
        raise _damaged(path, "an array (.npy)", error) from error


def read_arrays(path: str | Path, names: Sequence[str]) -> dict[str, npt.NDArray[Any]]:
    """Read named arrays of an uncompressed ``.npz`` file; the others are left alone.

    Raises:
        DamagedError: it is missing, damaged or of another kind, or lacks one of them.
    """
    try:
        with Path(path).open("rb") as file, zipfile.ZipFile(file) as archive:
            return {name: _member(archive, f"{name}.npy") for name in names}
    except _DAMAGE as error:
        raise _damaged(path, "arrays (.npz)", error) from error


def _member(archive: zipfile.ZipFile, name: str) -> npt.NDArray[Any]:
    if archive.getinfo(name).compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{name} is compressed")
    file = io.BytesIO(archive.read(name))
    return _values(file, *_header(file))


def _header(file: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, whether it lies by columns, and element type, of an array that is all there."""
    version = npy.read_magic(file)
    if version not in _HEADERS:
        raise ValueError(f"version {version}")
    try:
        shape, by_columns, kind = _HEADERS[version](file)
    except MemoryError as error:  # what Python says of a text that nests too deeply
        raise ValueError("its header is no header") from error
    if kind.kind not in _KINDS or kind.shape or not kind.itemsize:
        raise ValueError("its elements are neither numbers nor text")
    here = file.tell()
    left = file.seek(0, os.SEEK_END) - here
    file.seek(here)
    if min(shape, default=0) < 0 or math.prod(shape) * kind.itemsize > left:
        raise ValueError("it ends too early")
    return shape, by_columns, kind


def _values(
    file: BinaryIO, shape: tuple[int, ...], by_columns: bool, kind: np.dtype[Any]
) -> npt.NDArray[Any]:
    raw = bytearray(file.read(math.prod(shape) * kind.itemsize))
    return np.frombuffer(raw, kind).reshape(shape, order="F" if by_columns else "C")


def _damaged(path: str | Path, what: str, error: BaseException) -> DamagedError:
    if isinstance(error, MemoryError) or getattr(error, "errno", None) in _NOT_THE_FILES:
        raise error
    if isinstance(error, FileNotFoundError):
        return DamagedError(f"{path} is missing: run again what makes it.")
    why = reason_of(error, "it ends too early")
    return DamagedError(
        f"{path} cannot be read as {what}: {why}. If this project wrote it, delete it and "
        "run again."
    )
