"""An interpreter of pickles that knows plain data alone, and takes no more room than a file may.

A pickle is a small program that may import and call anything. This one imports nothing: names
stand for what its caller says, and only those may be called.
"""

import os
import pickle
import struct
import sys
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, ClassVar

import numpy as np

from mit_core.plain_data import (
    ElementType,
    Numbers,
    Plain,
    Refused,
    Unread,
    keys_of,
    mapping_of,
)

_PLAIN_OPCODES = (
    *(pickle.PROTO, pickle.FRAME, pickle.STOP, pickle.MARK, pickle.POP, pickle.POP_MARK),
    *(pickle.DUP, pickle.PUT, pickle.BINPUT, pickle.LONG_BINPUT, pickle.MEMOIZE),
    *(pickle.GET, pickle.BINGET, pickle.LONG_BINGET),
    *(pickle.NONE, pickle.NEWTRUE, pickle.NEWFALSE, pickle.INT, pickle.BININT, pickle.BININT1),
    *(pickle.BININT2, pickle.LONG, pickle.LONG1, pickle.LONG4, pickle.FLOAT, pickle.BINFLOAT),
    *(pickle.STRING, pickle.BINSTRING, pickle.SHORT_BINSTRING, pickle.UNICODE),
    *(pickle.BINUNICODE, pickle.SHORT_BINUNICODE, pickle.BINUNICODE8),
    *(pickle.BINBYTES, pickle.SHORT_BINBYTES, pickle.BINBYTES8),
    *(pickle.EMPTY_TUPLE, pickle.TUPLE, pickle.TUPLE1, pickle.TUPLE2, pickle.TUPLE3),
    *(pickle.EMPTY_LIST, pickle.LIST, pickle.EMPTY_DICT, pickle.EMPTY_SET),
    *(pickle.GLOBAL, pickle.STACK_GLOBAL, pickle.PERSID, pickle.BINPERSID),
)
"""What Python's own unpickler does without calling anything."""

_MOST_MARKS = 10_000
"""Containers under construction at once, one inside the other."""
_MOST_MADE = 16
"""Times the file's size that all arrays and containers made by calls may take together: small
arrays take more room in memory than in a file."""
_ALWAYS_MADE = 1 << 20
"""Bytes that they may take in any case."""


_LONGEST_NAME = 200
"""Characters of a refused name that are told."""
_SCALAR = 40
"""Bytes that a number of an array takes by itself, with its place in a list."""


class PlainUnpickler(pickle._Unpickler):
    """Reads one pickle from a file that stands where it begins.

    Args:
        file: open in binary mode; read no further than the pickle's end.
        names: full name -> what stands for it here; every other name is refused.

    Python's own unpickler in C would take 64 GB for a memo's entry of a high number, and hash keys
    that take for ever; this one, in Python, does neither.
    """

    stack: list[Any]
    metastack: list[list[Any]]
    append: Callable[[Any], None]
    read: Callable[[int], bytes]
    readline: Callable[[], bytes]
    pop_mark: Callable[[], list[Any]]
    load_mark: Callable[[], None]

    dispatch: ClassVar[dict[int, Callable[[Any], None]]] = {
        opcode[0]: pickle._Unpickler.dispatch[opcode[0]] for opcode in _PLAIN_OPCODES
    }

    def __init__(self, file: BinaryIO, names: Mapping[str, Any]):
        super().__init__(file)
        self._file, self._names = file, names
        here = file.tell()
        self._end = file.seek(0, os.SEEK_END)
        file.seek(here)
        self._left = _MOST_MADE * self._end + _ALWAYS_MADE
        self._file_read = self._bounded

    def _bounded(self, count: int) -> bytes:
        """No more than there is, so that no room is made for what is only claimed."""
        return self._file.read(max(0, min(count, self._end - self._file.tell())))

    def find_class(self, module: str, name: str) -> Any:
        allowed = self._names.get(f"{module}.{name}")
        if allowed is None:
            raise Refused(f"{module}.{name}"[:_LONGEST_NAME])
        return allowed

    def persistent_load(self, pid: Any) -> Any:
        raise Refused("objects kept outside the file")

    def _spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise ValueError("it would unpack to many times its size")

    def _call(self, made: Any, arguments: Any) -> None:
        if not isinstance(made, Plain) or not isinstance(arguments, tuple | list):
            raise Refused("a call of what it made itself")
        for value in arguments:  # a copy is paid for before it is made
            if isinstance(value, str | bytes | bytearray):
                self._spend(len(value))
            elif isinstance(value, tuple | list | set | frozenset | dict):
                self._spend(8 * len(value))
            elif isinstance(value, np.ndarray):
                self._spend(_SCALAR * value.size)
        value = made(*arguments)
        self._spend(sys.getsizeof(value))
        self.append(value)

    def _reduce(self) -> None:
        arguments, made = self.stack.pop(), self.stack.pop()
        self._call(made, arguments)

    def _newobj_ex(self) -> None:
        named = self.stack.pop()
        if named:
            raise Refused("a call with named arguments")
        self._reduce()

    def _obj(self) -> None:
        made, *arguments = self.pop_mark()
        self._call(made, arguments)

    def _inst(self) -> None:
        module, name = (self.readline()[:-1].decode("ascii") for _ in range(2))
        self._call(self.find_class(module, name), self.pop_mark())

    def _build(self) -> None:
        state, built = self.stack.pop(), self.stack[-1]
        if type(built) is dict:  # torch gives its ordered dictionaries attributes
            return
        if not isinstance(built, Plain | ElementType | Numbers | Unread):
            raise ValueError("a state for what has none")
        built.__setstate__(state)
        self._spend(sys.getsizeof(built))

    def _into(self, kind: type) -> Any:
        if type(self.stack[-1]) is not kind:
            raise ValueError(f"items for what is no {kind.__name__}")
        return self.stack[-1]

    def _append(self) -> None:
        value = self.stack.pop()
        self._into(list).append(value)

    def _appends(self) -> None:
        items = self.pop_mark()
        self._into(list).extend(items)

    def _setitem(self) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self._into(dict).update(mapping_of([(key, value)]))

    def _setitems(self) -> None:
        items = self.pop_mark()
        self._into(dict).update(mapping_of(zip(items[::2], items[1::2], strict=True)))

    def _dict(self) -> None:
        items = self.pop_mark()
        self.append(mapping_of(zip(items[::2], items[1::2], strict=True)))

    def _additems(self) -> None:
        items = self.pop_mark()
        self._into(set).update(keys_of(items))

    def _frozenset(self) -> None:
        self.append(frozenset(keys_of(self.pop_mark())))

    def _mark(self) -> None:
        if len(self.metastack) > _MOST_MARKS:
            raise ValueError("it nests too deeply")
        self.load_mark()

    def _bytearray8(self) -> None:
        (count,) = struct.unpack("<Q", self.read(8))
        self.append(bytearray(self.read(min(count, self._end))))

    dispatch |= {
        opcode[0]: method
        for opcode, method in (
            *((pickle.REDUCE, _reduce), (pickle.NEWOBJ, _reduce), (pickle.NEWOBJ_EX, _newobj_ex)),
            *((pickle.OBJ, _obj), (pickle.INST, _inst), (pickle.BUILD, _build)),
            *((pickle.APPEND, _append), (pickle.APPENDS, _appends), (pickle.DICT, _dict)),
            *((pickle.SETITEM, _setitem), (pickle.SETITEMS, _setitems)),
            *((pickle.ADDITEMS, _additems), (pickle.FROZENSET, _frozenset)),
            *((pickle.MARK, _mark), (pickle.BYTEARRAY8, _bytearray8)),
        )
    }
