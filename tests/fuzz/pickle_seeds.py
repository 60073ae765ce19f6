"""Seeds of pickles and of torch's files."""

import io
import pickle
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .checkpoints import as_old, saved
from .parts import Calls, zipped

_BINGET_TWICE = b"h\x00h\x00\x86q\x00"


def _hostile_pickles() -> dict[str, bytes]:
    numbers = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tC\x01btR"
    kind = b"cnumpy\ndtype\n(X\x02\x00\x00\x00f4K\x00K\x01tRq\x05"
    state = b"(K\x01(K\x02K\x01t" + kind + b"\x89C\x08abcdefghtb"
    return {
        "system": pickle.dumps(Calls(print, "x"), protocol=2),
        "instance": b"(S'echo x'\nios\nsystem\n.",
        "object": b"(cos\nsystem\nS'x'\no.",
        "nested_names": pickle.dumps(Calls(Path.touch, Path("x")), protocol=4),
        "extension": b"\x80\x02\x82\x01.",
        "persistent": b"\x80\x02X\x01\x00\x00\x00aQ.",
        "memo": b"\x80\x04N" + b"r" + struct.pack("<I", 2**31 - 1) + b".",
        "bytes": b"\x80\x04\x8e" + struct.pack("<Q", 2**40) + b".",
        "bytearray": b"\x80\x05\x96" + struct.pack("<Q", 2**40) + b".",
        "text": b"\x80\x04\x8d" + struct.pack("<Q", 2**62) + b".",
        "frame": b"\x80\x04\x95" + struct.pack("<Q", 2**50) + b"N.",
        "marks": b"(" * 11_000 + b".",
        "deep": b")" + b"\x85" * 5000 + b".",
        "key": b"\x80\x02)q\x00" + _BINGET_TWICE * 60 + b"}h\x00Ns.",
        "set": b"\x80\x04\x8f()q\x00" + _BINGET_TWICE * 60 + b"\x90.",
        "type": b"\x80\x02)q\x00" + _BINGET_TWICE * 60 + b"cnumpy\ndtype\nh\x00\x85R.",
        "copies": b"\x80\x02X\x00\x10\x00\x00" + b"a" * 4096 + b"q\x00c_codecs\nencode\nq\x01"
        b"]" + b"(" + b"h\x01h\x00\x85R" * 1000 + b"e.",
        "change": b"\x80\x02cnumpy\ndtype\n}X\x05\x00\x00\x00_makeNsb.",
        "twice": b"\x80\x03" + numbers + state + b"q\x06c__builtin__\nlist\nh\x06\x85R"
        b"h\x06" + state + b"\x86.",
        "long": b"\x80\x02\x8b" + struct.pack("<i", 3000) + b"\xff" * 3000 + b".",
        "digits": b"I" + b"9" * 5000 + b"\n.",
        "surrogate": b"\x80\x02X\x03\x00\x00\x00\xed\xa0\x80.",
        "itself": b"\x80\x02]q\x00h\x00a.",
        "long_name": b"c" + b"x" * 9000 + b"\ny\n.",
        "cut": pickle.dumps([1, "a", np.zeros(3)])[:-20],
        "empty": b"",
    }


def plain_pickle() -> dict[str, bytes]:
    value = [(np.arange(3, dtype=np.float32), (0, "a.mp4", np.float64(2))), {"x": {1, 2}}]
    good = {f"good_{protocol}": pickle.dumps(value, protocol) for protocol in range(2, 6)}
    return {**good, **_hostile_pickles()}


def pickle_program() -> dict[str, bytes]:
    """One byte a step; the numbers of the steps are of no meaning."""
    return {"steps": bytes(range(120)), "back": bytes(range(120, 0, -1)), "good_none": b"\x05"}


def tensor_program() -> dict[str, bytes]:
    return pickle_program()


def import_pickles() -> dict[str, bytes]:
    face = np.zeros((4, 204))
    face[:, 48] = 1.6
    about = (0, "a.mp4", np.ones(256))
    nest: Any = [0.5]
    for _ in range(40):
        nest = [nest, nest]
    hollow: Any = []
    for _ in range(24):
        hollow = [hollow, hollow]
    words: Any = ["a" * 5000] * 2500
    deep: Any = [0.5]
    for _ in range(300):
        deep = [deep]
    itself: list[Any] = []
    itself.append(itself)

    def named(name: str) -> bytes:
        return b"\0" + pickle.dumps([(face.astype(np.float16), (0, name))])

    return {
        "landmarks": named("a.mp4"),
        "surrogate": named("\ud800"),
        "lines": named("a\n.mp4"),
        "nest": b"\0" + pickle.dumps([(nest, about[:2])]),
        "hollow_nest": b"\0" + pickle.dumps([(hollow, about[:2])]),
        "words": b"\0" + pickle.dumps([(words, about[:2])]),
        "deep": b"\0" + pickle.dumps([(deep, about[:2])]),
        "itself": b"\0" + pickle.dumps([(itself, about[:2])]),
        "no_frames": b"\0" + pickle.dumps([(np.zeros((0, 204)), about[:2])]),
        "flat": b"\0" + pickle.dumps([(np.zeros(4), about[:2])]),
        "heard": b"\1" + pickle.dumps([(np.zeros((4, 80), np.float16), about)]),
        "too_large": b"\1" + pickle.dumps([(np.full((4, 80), 1e300), about)]),
        "loud_voice": b"\1"
        + pickle.dumps([(np.zeros((4, 80), np.float16), (0, "a.mp4", np.full(256, 1e300)))]),
        "poses": b"\2" + pickle.dumps({"rot_trans": [np.tile(np.eye(3, 4), (4, 1, 1))]}),
        "no_rotation": b"\2" + pickle.dumps({"rot_trans": [np.zeros((4, 3, 4))]}),
        "mirrored": b"\2" + pickle.dumps({"rot_trans": [np.tile(-np.eye(3, 4), (4, 1, 1))]}),
        "ragged": b"\2" + pickle.dumps({"rot_trans": [[[1, 2], [3]]]}),
    }


def _torch(value: Any, zipped: bool = True) -> bytes:
    out = io.BytesIO()
    torch.save(value, out, _use_new_zipfile_serialization=zipped)
    return out.getvalue()


def _rezipped(raw: bytes, how: int = zipfile.ZIP_STORED, **changed: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return zipped(
        {
            name: changed.get(name.rpartition("/")[2].partition(".")[0], content)
            for name, content in members.items()
        },
        how,
    )


def checkpoint() -> dict[str, bytes]:
    small = _torch({"G": torch.zeros(4)})
    old = _torch({"G": torch.zeros(4)}, zipped=False)
    pickled = next(_members(small, "data.pkl"))
    wide = pickled.replace(b"K\x04\x85q", b"M\xff\xff\x85q")
    claimed = pickled.replace(b"cpuq\x06K\x04t", b"cpuq\x06J\xff\xff\xff\x7ft")
    stepped = pickled.replace(b"K\x01\x85q", b"K\x00\x85q").replace(
        b"K\x04\x85q", b"M\xff\xff\x85q"
    )
    return {
        "refinement": saved("refinement"),
        "refinement_old": as_old(saved("refinement")),
        "small": small,
        "old": old,
        "calls": _torch({"G": Calls(print, "x")}),
        "calls_old": _torch({"G": Calls(print, "x")}, zipped=False),
        "compressed": _rezipped(small, zipfile.ZIP_DEFLATED),
        "wide": _rezipped(small, data=wide),
        "claimed": _rezipped(small, data=claimed),
        "stepped": _rezipped(small, data=stepped),
        "old_claimed": old.replace(b"K\x04Nt", b"\x8a\x06\x00\x00\x00\x00\x00\x01Nt"),
        "big_endian": _rezipped(small, byteorder=b"big"),
        "expanded": _torch({"G": torch.zeros(1).expand(10**12)}),
        "tensor": _torch(torch.zeros(3)),
        "keys": _torch({1: 2, None: 3}),
        "long_keys": _torch({f"{i}" * 9: 0 for i in range(600)}),
        "published": _torch({"G": {"module.a": torch.zeros(1)}, "model": {}, "state_dict": {}}),
        "no_weights": _torch({"format": "mit_core.content.1"}),
        "cut": small[:-40],
        "away": zipped({"../../etc/data.pkl": pickled, "/tmp/data/0": bytes(16)}),
        "two": zipped({"a/data.pkl": pickled, "b/data.pkl": pickled}),
        "tar": b"storages".ljust(257, b"\0") + b"ustar\x0000" + bytes(248),
        **{
            f"pickle_{name}": zipped({"a/data.pkl": raw})
            for name, raw in _hostile_pickles().items()
            if len(raw) < 1000
        },
    }


def _members(raw: bytes, name: str) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        yield from (archive.read(found) for found in archive.namelist() if found.endswith(name))


def checkpoint_entries() -> dict[str, bytes]:
    return {
        **{f"good_{kind}": bytes([kind]) for kind in range(5)},
        "first": bytes([0, 1, 0, 9]),
        "within": bytes([1, 2, 1, 7, 3, 1, 30]),
        "gone": bytes([2, 4, 15, 0]),
    }
