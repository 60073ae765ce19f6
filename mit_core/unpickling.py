"""Reading a stranger's pickles: numbers, text, arrays and containers come out, and no code runs.

A pickle is a small program that may import and call anything. Here the few names that plain data
needs stand for callables of our own, every other name is refused, and no object that comes out has
a method that a pickle could turn against its reader.
"""

import codecs
import math
import pickle
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from mit_core.errors import UserError

_KINDS = re.compile(r"[<>=|]?(\?|[bB]|[biufc]\d{1,2}|[SU]\d{1,6}|bool|u?int\d{1,2}|float\d{2})")
"""Element types that are plain numbers or text: no objects, records or sub-arrays."""

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
    struct.error,
)
"""What damaged or hostile bytes provoke in an unpickler."""


class Refused(pickle.UnpicklingError):
    """A pickle asks for more than plain data; the message is the name that it asks for."""


class Plain:
    """A callable that a pickle may call, and cannot change: it keeps no state and takes none."""

    __slots__ = ("_make",)
    _make: Callable[..., Any]

    def __init__(self, make: Callable[..., Any]):
        object.__setattr__(self, "_make", make)

    def __call__(self, *args: Any) -> Any:
        return self._make(*args)

    def __setattr__(self, name: str, value: Any) -> None:
        raise Refused("a change of a callable")

    def __setstate__(self, state: Any) -> None:
        raise Refused("a change of a callable")


class ElementType:
    """An array's type of element, while a pickle is read."""

    def __init__(self, name: Any):
        if not isinstance(name, str) or not _KINDS.fullmatch(name):
            raise Refused(f"arrays of the element type {name!r}")
        self.dtype = np.dtype(name)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        # (version, byte order, sub-array, names, fields, size, alignment, flags, ...)
        if any(part is not None for part in state[2:5]):
            raise Refused("arrays of records")
        self.dtype = self.dtype.newbyteorder(state[1])


class Numbers(np.ndarray):
    """An array that a pickle fills with numbers or text alone."""

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, kind, by_columns, raw = state
        array = _array(raw, kind, shape)
        super().__setstate__((1, array.shape, array.dtype, bool(by_columns), bytes(raw)))


def _array(raw: Any, kind: Any, shape: Any, order: Any = "C") -> np.ndarray:
    """Checked before numpy sees it: bytes, and as many as the shape needs."""
    if not isinstance(raw, bytes | bytearray) or not isinstance(kind, ElementType):
        raise Refused("arrays of objects")
    sizes = shape if isinstance(shape, tuple) else (shape,)
    if not all(isinstance(size, int) and size >= 0 for size in sizes) or len(sizes) > 32:
        raise ValueError(f"an array of shape {shape}")
    if math.prod(sizes) * kind.dtype.itemsize != len(raw):
        raise ValueError(f"an array of shape {shape} in {len(raw)} bytes")
    return np.frombuffer(bytes(raw), kind.dtype).reshape(sizes, order=order)


def _scalar(kind: Any, raw: Any) -> Any:
    return _array(raw, kind, ()).reshape(-1)[0]


def _text_as_bytes(text: Any, encoding: Any = "latin1") -> bytes:
    if encoding not in ("latin1", "latin-1") or not isinstance(text, str):
        raise Refused(f"text in the encoding {encoding!r}")
    return codecs.encode(text, "latin1")


_NUMPY_CORES = ("numpy.core", "numpy._core")  # before and since numpy 2
NUMPY: dict[str, Callable[..., Any]] = {
    "numpy.dtype": Plain(lambda name, *_: ElementType(name)),
    "numpy.ndarray": Plain(lambda *_: Numbers((0,), np.uint8)),
    **{
        f"{core}.{name}": made
        for name, made in (
            # told of a class, a shape and a letter, none of which matters: the state says all
            ("multiarray._reconstruct", Plain(lambda *_: Numbers((0,), np.uint8))),
            ("multiarray.scalar", Plain(_scalar)),
            ("numeric._frombuffer", Plain(_array)),
        )
        for core in _NUMPY_CORES
    },
}
"""Names that numpy's arrays and scalars need."""

CONTAINERS: dict[str, Callable[..., Any]] = {
    "collections.OrderedDict": Plain(dict),
    "collections.defaultdict": Plain(lambda *_: {}),
    **{
        f"{module}.{kind.__name__}": Plain(kind)
        for module in ("builtins", "__builtin__")
        for kind in (set, frozenset, dict, list, tuple, complex)
    },
    # how old pickles hold no bytes at all
    **{f"{module}.bytes": Plain(lambda: b"") for module in ("builtins", "__builtin__")},
    "_codecs.encode": Plain(_text_as_bytes),  # bytes, in old pickles
}


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        allowed = NUMPY.get(f"{module}.{name}") or CONTAINERS.get(f"{module}.{name}")
        if allowed is None:
            raise Refused(f"{module}.{name}")
        return allowed

    def persistent_load(self, pid: Any) -> Any:
        raise Refused("objects kept outside the file")


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
            return _PlainUnpickler(file).load()
    except Refused as error:
        raise UserError(
            f"{path} asks for {error}, which is more than arrays, numbers, text and containers; "
            "it is refused, since reading it could run a stranger's code. Save it anew as plain "
            "numpy arrays."
        ) from error
    except DAMAGE as error:
        why = (str(error).splitlines() or ["it ends too early"])[0]
        raise UserError(
            f"{path} cannot be read as a pickle: it is damaged or of another kind ({why})."
        ) from error
