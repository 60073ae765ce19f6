"""Files that ``torch.save`` wrote, read without torch's own unpickler.

Of torch's two formats the newer is a zip whose members are a pickle and the raw numbers of each
storage; the older one lays pickles and storages end to end. Tensors are views of a storage's bytes.
No member is unpacked, nothing is written, and what is read is no larger than the file.
"""

import io
import math
import os
import pickle
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import torch
from torch import Tensor

from mit_core.plain_data import CONTAINERS, NUMPY, Plain, Refused, Unread, are_sizes
from mit_core.plain_unpickler import PlainUnpickler

_ZIP = b"PK\x03\x04"
_MAGIC, _PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
"""What files of the older format begin with, each pickled by itself."""
_MOST_DIMENSIONS = 64


@dataclass(frozen=True)
class _Storage:
    """Numbers of one type, end to end."""

    values: Tensor


def _storage(raw: bytearray, kind: torch.dtype) -> _Storage:
    # an empty buffer is none for torch
    return _Storage(torch.frombuffer(raw, dtype=kind) if raw else torch.empty(0, dtype=kind))


def _tensor(storage: Any, offset: Any, size: Any, stride: Any, *_: Any) -> Tensor:
    """A tensor that lies within its storage, and is no larger."""
    good = (
        isinstance(storage, _Storage)
        and are_sizes([offset])
        and are_sizes(size)
        and are_sizes(stride)
        and len(size) == len(stride) <= _MOST_DIMENSIONS
    )
    if not good:
        raise ValueError("a tensor of an impossible shape")
    count = math.prod(size)
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if count and (last >= len(storage.values) or count > len(storage.values)):
        raise ValueError("a tensor that is larger than its storage")
    if not count:
        return torch.empty(tuple(size), dtype=storage.values.dtype)
    return storage.values.as_strided(tuple(size), tuple(stride), offset)


def _tensor_of_kind(
    storage: Any, offset: Any, size: Any, stride: Any, _grad: Any, _hooks: Any, kind: Any, *_: Any
) -> Tensor:
    if not isinstance(storage, _Storage) or not isinstance(kind, torch.dtype):
        raise ValueError("a tensor of no type")
    return _tensor(_Storage(storage.values.view(kind)), offset, size, stride)


def _parameter(data: Any, *_: Any) -> Tensor:
    if not isinstance(data, Tensor):
        raise ValueError("a parameter that is no tensor")
    return data


def _size(values: Any = ()) -> torch.Size:
    if not are_sizes(values):
        raise ValueError("an impossible size")
    return torch.Size(values)


_KINDS: Mapping[str, torch.dtype] = {
    name: kind for name, kind in vars(torch).items() if isinstance(kind, torch.dtype)
}
_STORAGES: Mapping[str, torch.dtype] = {
    "Double": torch.float64,
    "Float": torch.float32,
    "Half": torch.float16,
    "BFloat16": torch.bfloat16,
    "Long": torch.int64,
    "Int": torch.int32,
    "Short": torch.int16,
    "Char": torch.int8,
    "Byte": torch.uint8,
    "Bool": torch.bool,
    "ComplexDouble": torch.complex128,
    "ComplexFloat": torch.complex64,
    "Untyped": torch.uint8,
}


def _optimisers() -> list[str]:
    return [
        f"{kind.__module__}.{kind.__name__}"
        for kind in vars(torch.optim).values()
        if isinstance(kind, type) and issubclass(kind, torch.optim.Optimizer)
    ]


_NAMES: Mapping[str, Any] = {
    **NUMPY,
    **CONTAINERS,
    **{f"torch.{name}": kind for name, kind in _KINDS.items()},
    **{f"torch.{name}Storage": kind for name, kind in _STORAGES.items()},
    "torch.storage.UntypedStorage": torch.uint8,
    "torch._utils._rebuild_tensor": Plain(_tensor),  # before torch 0.4
    "torch._utils._rebuild_tensor_v2": Plain(_tensor),
    "torch._utils._rebuild_tensor_v3": Plain(_tensor_of_kind),
    "torch._utils._rebuild_parameter": Plain(_parameter),
    "torch._utils._rebuild_parameter_with_state": Plain(_parameter),
    "torch.Size": Plain(_size),
    "torch.device": Plain(lambda *_: "cpu"),
    **dict.fromkeys(_optimisers(), Plain(lambda *_: Unread())),
}
"""Names that tensors and plain values need; an optimiser comes back empty."""


class _Unpickler(PlainUnpickler):
    def __init__(self, file: BinaryIO, storages: "_Members | _Claims | None" = None):
        super().__init__(file, _NAMES)
        self._storages = storages

    def persistent_load(self, pid: Any) -> Any:
        if self._storages is None or not isinstance(pid, tuple) or not 5 <= len(pid) <= 6:
            return super().persistent_load(pid)
        what, kind, key, _place, count, *view = pid
        if what != "storage" or not isinstance(kind, torch.dtype) or not isinstance(key, str):
            return super().persistent_load(pid)
        if not are_sizes([count]):
            raise ValueError("a storage of an impossible size")
        whole = _storage(self._storages.take(key, count * kind.itemsize), kind)
        return _viewed(whole, view[0]) if view and view[0] is not None else whole


def _viewed(whole: _Storage, view: Any) -> _Storage:
    """Part of a storage, as the older format tells it."""
    _key, start, count = view
    if not are_sizes([start, count]) or start + count > len(whole.values):
        raise ValueError("a part that is larger than its storage")
    return _Storage(whole.values[start : start + count])


class _Members:
    """Storages of a zip, each read once."""

    def __init__(self, archive: zipfile.ZipFile, folder: str):
        self._archive, self._folder = archive, folder
        self._read: dict[str, bytearray] = {}

    def take(self, key: str, size: int) -> bytearray:
        if key not in self._read:
            name = f"{self._folder}data/{key}"
            self._read[key] = _filled(self._archive, name)
        if len(self._read[key]) != size:
            raise ValueError(f"storage {key[:20]} has {len(self._read[key])} bytes, not {size}")
        return self._read[key]


def _filled(archive: zipfile.ZipFile, name: str) -> bytearray:
    raw = bytearray(archive.getinfo(name).file_size)
    with archive.open(name) as opened, io.BufferedReader(cast(io.RawIOBase, opened)) as file:
        if file.readinto(raw) != len(raw) or file.read():
            raise EOFError("a storage ends too early")
    return raw


class _Claims:
    """Storages of the older format, which lie behind the pickle that tells of them."""

    def __init__(self, size: int):
        self._left = size
        self._claimed: dict[str, bytearray] = {}

    def take(self, key: str, size: int) -> bytearray:
        if key not in self._claimed:
            self._left -= size
            if self._left < 0:
                raise ValueError("its storages would be larger than the file")
            self._claimed[key] = bytearray(size)
        if len(self._claimed[key]) != size:
            raise ValueError(f"storage {key[:20]} has {len(self._claimed[key])} bytes, not {size}")
        return self._claimed[key]

    def fill(self, file: io.BufferedReader, keys: Any) -> None:
        """Read them, in the order of their keys."""
        if not isinstance(keys, list) or {*map(str, keys)} != {*self._claimed}:
            raise ValueError("its storages are not those that it tells of")
        for key in keys:
            file.read(8)  # how many numbers follow; the pickle said so
            if file.readinto(self._claimed[str(key)]) != len(self._claimed[str(key)]):
                raise EOFError("a storage ends too early")


def read_torch(path: str | Path) -> Any:
    """What ``torch.save`` put into a file, on the CPU.

    Raises:
        Refused: it asks for more than tensors and plain data.
        Exception: it is damaged; one of ``unpickling.DAMAGE``.
    """
    with Path(path).open("rb") as file:
        zipped = file.read(len(_ZIP)) == _ZIP
        file.seek(0)
        return _read_zip(file) if zipped else _read_old(file)


def _read_zip(file: io.BufferedReader) -> Any:
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise Refused("members that are compressed")
        if sum(member.file_size for member in members) > file.seek(0, os.SEEK_END):
            raise ValueError("its members would be larger than the file")
        pickles = [m.filename for m in members if m.filename.rpartition("/")[2] == "data.pkl"]
        if len(pickles) != 1 or pickles[0].count("/") > 1:
            raise ValueError("it holds no data.pkl")
        folder = pickles[0].removesuffix("data.pkl")
        if f"{folder}byteorder" in archive.NameToInfo:
            _check_order(archive.read(f"{folder}byteorder") == b"little")
        pickled = io.BytesIO(archive.read(pickles[0]))
        return _Unpickler(pickled, _Members(archive, folder)).load()


def _read_old(file: io.BufferedReader) -> Any:
    if _Unpickler(file).load() != _MAGIC or _Unpickler(file).load() != _PROTOCOL:
        raise pickle.UnpicklingError("it is no file of torch")
    system = _Unpickler(file).load()
    _check_order(isinstance(system, dict) and system.get("little_endian") is True)
    here = file.tell()
    storages = _Claims(file.seek(0, os.SEEK_END) - here)
    file.seek(here)
    content = _Unpickler(file, storages).load()
    storages.fill(file, _Unpickler(file).load())
    return content


def _check_order(little: bool) -> None:
    if not little or sys.byteorder != "little":
        raise ValueError("its numbers are in another byte order")
