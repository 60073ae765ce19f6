"""What stands for the names that a stranger's pickle may ask for: plain data, made by our own code.

No object here has a method that a pickle could turn against its reader.
"""

import codecs
import math
import pickle
import re
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

_KINDS = re.compile(r"[<>=|]?(\?|[bB]|[biufc]\d{1,2}|[SU]\d{1,6}|bool|u?int\d{1,2}|float\d{2})")
"""Element types that are plain numbers or text: no objects, records or sub-arrays."""


class Refused(pickle.UnpicklingError):
    """A pickle asks for more than plain data; the message is the name that it asks for."""


def _told(value: Any) -> str:
    """A value in a message; a nest of tuples would take for ever to print."""
    return repr(value[:100]) if isinstance(value, str) else f"a {type(value).__name__}"


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
            raise Refused(f"arrays of the element type {_told(name)}")
        self.dtype = np.dtype(name)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        # (version, byte order, sub-array, names, fields, size, alignment, flags, ...)
        if any(part is not None for part in state[2:5]):
            raise Refused("arrays of records")
        self.dtype = self.dtype.newbyteorder(state[1])


class Numbers(np.ndarray):
    """An array that a pickle fills with numbers or text alone."""

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        if self.size:  # others may look at the numbers that it holds, and would lose them
            raise Refused("a change of an array")
        _, shape, kind, by_columns, raw = state
        array = _array(raw, kind, shape)
        super().__setstate__((1, array.shape, array.dtype, bool(by_columns), bytes(raw)))

    def __reduce__(self) -> Any:
        """Written as any array is, so that what was read can be written and read again."""
        return self.view(np.ndarray).__reduce__()


class Unread:
    """Stands where a file keeps an object that nobody needs: nothing of it is built or kept."""

    def __setstate__(self, state: Any) -> None:
        pass


def are_sizes(values: Any) -> bool:
    """Whether these are whole numbers that an array's sizes, strides or place in a file can be."""
    return isinstance(values, tuple | list) and all(
        isinstance(value, int) and 0 <= value <= sys.maxsize for value in values
    )


def _array(raw: Any, kind: Any, shape: Any, order: Any = "C") -> np.ndarray:
    """Checked before numpy sees it: bytes, and as many as the shape needs."""
    if not isinstance(raw, bytes | bytearray) or not isinstance(kind, ElementType):
        raise Refused("arrays of objects")
    sizes = shape if isinstance(shape, tuple) else (shape,)
    if not are_sizes(sizes) or len(sizes) > 32:
        raise ValueError("an array of an impossible shape")
    if math.prod(sizes) * kind.dtype.itemsize != len(raw):
        raise ValueError(f"an array of shape {shape} in {len(raw)} bytes")
    return np.frombuffer(bytes(raw), kind.dtype).reshape(sizes, order=order)


def _scalar(kind: Any, raw: Any) -> Any:
    return _array(raw, kind, ()).reshape(-1)[0]


def _text_as_bytes(text: Any, encoding: Any = "latin1") -> bytes:
    if encoding not in ("latin1", "latin-1") or not isinstance(text, str):
        raise Refused(f"text in the encoding {_told(encoding)}")
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


def _is_key(value: Any) -> bool:
    """Whether a dictionary may have such a key.

    Python hashes and compares a nest of tuples or sets anew each time: a few bytes can take for
    ever.
    """
    if isinstance(value, int):
        return value.bit_length() <= 64
    return not isinstance(value, tuple | frozenset)


def keys_of(values: Any) -> Any:
    """The values, all of which may be keys."""
    for value in values:
        if not _is_key(value):
            raise ValueError("a key that is neither a number nor text")
    return values


def mapping_of(values: Any = ()) -> dict[Any, Any]:
    """A dictionary of pairs, all of whose keys may be keys."""
    pairs = list(values.items() if isinstance(values, dict) else values)
    keys_of([key for key, _ in pairs])
    return dict(pairs)


CONTAINERS: dict[str, Callable[..., Any]] = {
    "collections.Counter": Plain(mapping_of),
    "collections.OrderedDict": Plain(mapping_of),
    "collections.defaultdict": Plain(lambda *_: {}),
    **{
        f"{module}.{name}": Plain(made)
        for module in ("builtins", "__builtin__")
        for name, made in dict[str, Callable[..., Any]](
            {
                "set": lambda values=(): set(keys_of(values)),
                "frozenset": lambda values=(): frozenset(keys_of(values)),
                "dict": mapping_of,
                "list": list,
                "tuple": tuple,
                "complex": complex,
                "bytes": lambda: b"",  # how old pickles hold no bytes at all
            }
        ).items()
    },
    "_codecs.encode": Plain(_text_as_bytes),  # bytes, in old pickles
}
