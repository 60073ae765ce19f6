"""Writes the seeds that fuzzing starts from: small good files, and hostile ones.

    python -m tests.fuzz.make_seeds

Found inputs lie beside them and are left as they are.
"""

import io
import json
import pickle
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from mit_core.corpus.lags import COLUMNS as LAGS
from mit_core.corpus.quality_table import MEASURES
from mit_core.corpus.shards import Item, Product
from mit_core.corpus.sync_table import COLUMNS as SYNC
from mit_core.corpus.tables import MANIFEST, SEGMENTS
from mit_core.provenance import digest_of

from .checkpoints import as_old, saved
from .targets import TARGETS

SEEDS = Path(__file__).parent / "seeds"


class Calls:
    """Pickled, it asks for a call."""

    def __init__(self, made: Any, *arguments: Any):
        self.made, self.arguments = made, arguments

    def __reduce__(self) -> tuple[Any, ...]:
        return self.made, self.arguments


def _npy(array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def _header(text: str, body: bytes = b"") -> bytes:
    raw = text.encode("latin1")
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(raw)) + raw + body


def _npz(**arrays: Any) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def _zip(members: dict[str, bytes], how: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, how)
    return out.getvalue()


def _rows(columns: Any, *rows: Any) -> bytes:
    return ("\n".join("\t".join(map(str, row)) for row in (columns, *rows)) + "\n").encode()


def _points(scale: float = 1.0) -> np.ndarray:
    around = np.linspace(0, 2 * np.pi, 68, endpoint=False)
    ring = 1 + 0.1 * np.arange(68) / 68
    return scale * (32 + 20 * np.stack([-np.cos(around) * ring, np.sin(around) * ring], axis=1))


def _text(table: Any) -> bytes:
    out = io.StringIO()
    np.savetxt(out, np.asarray(table), fmt="%.4f")
    return out.getvalue().encode()


def _triangles(*rows: tuple[int, int, int]) -> bytes:
    return "".join(f"{a} {b} {c}\n" for a, b, c in rows).encode()


def sample_sheet() -> dict[str, bytes]:
    columns = ("video", "audio", "speaker", "split")
    return {
        "good": _rows(columns, ("a.mp4", "a.wav", "앤", "train"), ("sub/b.mov", "", "", "")),
        "no_header": b"a.mp4\tb.wav\n",
        "no_name": _rows(columns, ("..", "", "", ""), (".", "", "", "")),
        "root": _rows(columns, ("/", "", "", "")),
        "nul": _rows(columns, ("a\0b.mp4", "", "", "")),
        "long_name": _rows(columns, ("x" * 5000 + ".mp4", "", "", "")),
        "no_utf8": b"video\n\xff\xfe.mp4\n",
        "long_header": b"y" * 9000 + b"\n",
        "same": _rows(columns, *[("a.mp4", "", "", "")] * 3),
        "more_cells": _rows(("video", "split"), ("a.mp4", "val", "more", "cells")),
        "bom": "\ufeffvideo\n\u202e4pm.mp4\n".encode(),
        "long_split": _rows(columns, ("a.mp4", "", "", "z" * 9000)),
    }


def table() -> dict[str, bytes]:
    return {
        "manifest": _rows(MANIFEST, ["x"] * len(MANIFEST)),
        "segments": _rows(SEGMENTS, ["train"] * len(SEGMENTS)),
        "lags": _rows(LAGS, ["yes"] * len(LAGS)),
        "huge_lag": _rows(("segment", "lag_s", "applied"), ("a", "1e999", "yes")),
        "sync": _rows(SYNC, ["dubbed"] * len(SYNC)),
        "quality": _rows(("segment", *MEASURES), ["1.0"] * (1 + len(MEASURES))),
        "empty_column": b"segment\t\tsplit\na\tb\tc\td\te\n",
        "no_utf8": b"segment\tsplit\n\xff\t\xfe\n",
        "not_seconds": _rows(("segment", "speaker", "split", "shard", "seconds"), "abcde"),
        "away": _rows(("segment", "split", "shard"), ("a", "train", "../../etc")),
        "long_shard": _rows(("segment", "split", "shard"), ("a", "train", "x" * 5000)),
        "history": b"step,train_loss,val_loss\n1,0.5,nan\n1e400,x,-inf\n",
    }


def shard_index() -> dict[str, bytes]:
    item = asdict(Item("a", "a", "앤", "", 1.5, "k", "ok", "", "f", {"start_frame": 0}))
    return {
        "good": json.dumps([item]).encode(),
        "nan": json.dumps([{**item, "seconds": float("nan")}]).encode(),
        "number_id": json.dumps([{**item, "id": 1}]).encode(),
        "huge": b'[{"id":"a","clip":"a","speaker":"","split":"","seconds":1' + b"0" * 5000 + b"}]",
        "deep": b"[" * 5000,
        "more_fields": json.dumps([{**item, "__class__": "x"}]).encode(),
        "no_list": json.dumps(item).encode(),
        "cut": json.dumps([item]).encode()[:30],
    }


def done_record() -> dict[str, bytes]:
    product = asdict(Product("a", 1.0, {"x": 1}))
    key = digest_of("media", {}, "", "a", "")  # of what the target works
    return {
        "good": json.dumps({"key": key, "products": [product]}).encode(),
        "number_id": json.dumps({"key": key, "products": [{**product, "id": 1}]}).encode(),
        "no_verdict": json.dumps({"key": key, "products": [{"id": "a", "seconds": 1}]}).encode(),
        "data": json.dumps({"key": key, "products": [{**product, "data": []}]}).encode(),
        "other_key": json.dumps({"key": "x", "products": [product]}).encode(),
        "no_products": b'{"key": "x"}',
        "list": b"[]",
        "cut": b'{"key": "x", "prod',
        "empty": b"",
    }


def dump_index() -> dict[str, bytes]:
    good = {"offsets": [0, 3], "names": ["a"], "speakers": ["앤"], "digest": "d"}
    return {
        "good": json.dumps(good).encode(),
        "falling": json.dumps({**good, "offsets": [3, 0]}).encode(),
        "beyond": json.dumps({**good, "offsets": [0, 10**30]}).encode(),
        "text": json.dumps({**good, "offsets": "03"}).encode(),
        "many": json.dumps({**good, "names": ["a", "b"]}).encode(),
    }


def groups() -> dict[str, bytes]:
    video = {"title": "truth", "file": "a.mp4"}
    return {
        "good": json.dumps([{"title": "a", "caption": "", "videos": [video]}]).encode(),
        "numbers": b"[1, 2]",
        "number_caption": json.dumps([{"title": "a", "caption": 1, "videos": []}]).encode(),
        "deep": b'[{"title":' * 1200,
        "no_utf8": b'["\xff"]',
    }


def run_record() -> dict[str, bytes]:
    record = {
        **dict.fromkeys(("kind", "run", "feature", "data", "device", "started", "sha256"), "x"),
        **dict.fromkeys(("speakers", "clips", "seconds", "steps", "best_step", "parameters"), 1),
        **{"hours": 0.5, "settings": {"a": 1, "b": [1]}, "measures": {"val_error": 0.25}},
    }
    return {
        "good": json.dumps(record).encode(),
        "text_hours": json.dumps({**record, "hours": "x"}).encode(),
        "surrogate": json.dumps({**record, "run": "\ud800"}).encode(),
        "list": b"[]",
    }


def puppet() -> dict[str, bytes]:
    opened = b"--- open\n" + _text(_points())
    around = [(i, (i + 1) % 68, 68 + i % 8) for i in range(68)]
    return {
        "good": opened,
        "with_norm": opened + b"--- open_norm\n" + _text(_points(1 / 32) - 1),
        "tiny_scale": opened
        + b"--- closed\n"
        + _text(_points())
        + b"--- scale_shift\n1e-308 0 0\n",
        "huge_norm": opened
        + b"--- closed\n"
        + _text(_points())
        + b"--- open_norm\n"
        + _text(_points()).replace(b".", b"e300 #"),
        "flat": b"--- open\n" + b"1 1\n" * 68,
        "loop": opened + b"--- triangles\n" + _triangles((5, 5, 6)),
        "one_point": opened + b"--- triangles\n" + _triangles((0, 0, 0)),
        "mesh": opened + b"--- triangles\n" + _triangles(*around),
        "huge_points": opened + b"--- triangles\n1e300 0 1\n",
        "int64": opened + b"--- triangles\n9223372036854775807 0 1\n",
        "commas": opened + b"--- triangles\n,\n",
        "not_numbers": b"--- open\nx y\n",
    }


def _chunk(name: bytes, content: bytes) -> bytes:
    checked = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checked)


def png(width: int, height: int, rows: bytes, *more: bytes, colour: int = 0) -> bytes:
    """A PNG of 8 bits that says to be of a size, whatever it holds."""
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    body = [
        _chunk(b"IHDR", head),
        *more,
        _chunk(b"IDAT", zlib.compress(rows)),
        _chunk(b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def _pictures() -> dict[str, bytes]:
    found = {}
    for kind in ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "PPM"):
        out = io.BytesIO()
        Image.fromarray(np.arange(192, dtype=np.uint8).reshape(8, 8, 3)).save(out, kind)
        found[f"good_{kind.lower()}"] = out.getvalue()
    return found


_LARGE_WEBP = (
    struct.pack("<4sI4s4sI", b"RIFF", 54, b"WEBP", b"VP8 ", 42)
    + b"\xb0\0\0\x9d\1*"
    + struct.pack("<HH", 9_510, 65_444)  # 9,510 x 16,292: two bits of each side scale it
    + b"\xff\xff\0\xff\xff\xff\xff\xfd\x6f\x7f&\1\x15y\4\x827\xe2\xb0"
    + b"U" * 100
)


def _largest() -> bytes:
    """As many pixels as are read, in a few bytes."""
    out = io.BytesIO()
    Image.new("RGBA", (8192, 8192)).save(out, "WEBP", lossless=True, method=0, quality=0)
    return out.getvalue()


def picture() -> dict[str, bytes]:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (4, 2)).save(out, "JPEG", exif=exif)
    turned = out.getvalue()
    return {
        **_pictures(),
        "huge": png(50_000, 50_000, bytes(9)),
        "large": _LARGE_WEBP,
        "good_largest": _largest(),
        "text_bomb": png(1, 1, bytes(2), _chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(2 << 20)))),
        "profile_bomb": png(
            1, 1, bytes(2), _chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(2 << 20)))
        ),
        "palette": png(1, 1, bytes(2), colour=3),
        "good_turned": turned,
        "no_turn": turned.replace(b"\x01\x12\x00\x03", b"\x01\x12\x00\x05"),
        "far_turn": turned.replace(b"MM\x00*\x00\x00\x00\x08", b"MM\x00*\xff\xff\xff\x08"),
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "entities": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>&x;",
        "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/tmp/x) (w) file\n",
        "cut": turned[:-20],
        "empty": b"",
    }


def wav(rate: int, channels: int = 1, bits: int = 16, samples: int = 100, said: int = 0) -> bytes:
    """A wav whose header says what it likes."""
    body = b"\1\0" * samples
    size = said or len(body)
    block = channels * bits // 8
    head = struct.pack("<HHIIHH", 1, channels, rate, rate * block % 2**32, block % 2**16, bits)
    return (
        b"RIFF" + struct.pack("<I", 36 + size & 0xFFFFFFFF) + b"WAVEfmt " + struct.pack("<I", 16)
    ) + (head + b"data" + struct.pack("<I", size) + body)


def sound() -> dict[str, bytes]:
    return {
        "good": wav(16_000),
        "good_long_header": wav(16_000, said=2**32 - 1),
        "slow": wav(1),
        "still": wav(0),
        "fast": wav(2**32 - 1),
        "many_channels": wav(16_000, channels=65_535),
        "channels": wav(16_000, channels=33),
        "no_channels": wav(16_000, channels=0),
        "no_bits": wav(16_000, bits=0),
        "many_bits": wav(16_000, bits=65_535),
        "no_sound": wav(16_000, samples=0),
        "long_format": wav(16_000)[:16] + b"\xff\xff\xff\x7f" + wav(16_000)[20:],
        "cut": wav(16_000)[:40],
        "empty": b"",
    }


def landmark_table() -> dict[str, bytes]:
    points = _points()
    return {
        "good": _text(points),
        "numbered": "\n".join(
            ["point\tx\ty\tz", *(f"{i}\t{x}\t{y}\t0" for i, (x, y) in enumerate(points))]
        ).encode(),
        "too_large": b"1e300 1e300\n" * 68,
        "nan": b"nan inf\n" * 68,
        "binary": bytes(range(256)),
        "wide": b"1 " * 3000,
    }


def landmark_text() -> dict[str, bytes]:
    return {
        "good": _text(np.arange(204)[None]),
        "too_large": b" ".join([b"1e300"] * 204) + b"\n",
        "ragged": b"1 2\n3\n",
        "binary": bytes(range(256)),
    }


def constants() -> dict[str, bytes]:
    face, target = _text(np.arange(204)), b"0.0625\n" * 256
    scaling = b"1\n" * 160
    return {
        "good": b"--- face\n" + face + b"--- scaling\n" + scaling + b"--- target\n" + target,
        "zero_std": b"--- face\n" + face + b"--- scaling\n" + b"0\n" * 160,
        "binary": b"--- face\n" + bytes(range(256)),
        "too_large": b"--- face\n" + b"1e300\n" * 204,
    }


def embedding_text() -> dict[str, bytes]:
    return {
        "good": b"0.0625 " * 256,
        "commas": b"0.0625," * 256,
        "too_large": b"1e300 " * 256,
        "underscores": b"1_0 " * 256,
        "digits": b"9" * 5000,
        "binary": bytes(range(256)),
    }


_HUGE = {
    "huge": _header("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,)}\n"),
    "overflow": _header("{'descr': '<f4', 'fortran_order': False, 'shape': (2**40, 4)}\n"),
    "product": _header(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4)}\n"
    ),
    "minus": _header("{'descr': '<f4', 'fortran_order': False, 'shape': (-4,)}\n", bytes(16)),
    "objects": _header("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}\n", b"\x80\x04N."),
    "records": _header(
        "{'descr': [('a', '<f4'), ('b', '|O')], 'fortran_order': False, 'shape': (1,)}\n", bytes(16)
    ),
    "subarray": _header("{'descr': '(99999999,9)f4', 'fortran_order': False, 'shape': (1,)}\n"),
    "no_size": _header("{'descr': '<U0', 'fortran_order': False, 'shape': (99999999999,)}\n"),
    "many_dimensions": _header(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1," * 99 + ")}\n", bytes(4)
    ),
    "nested": _header("(" * 900),
    "unary": _header("-" * 9000 + "1"),
    "unclosed": _header("{'descr': '''"),
    "nul": _header("{'descr\0"),
    "version": b"\x93NUMPY\x09\x00\x00\x00",
    "empty": b"",
    "long": b"\x93NUMPY\x02\x00\xff\xff\xff\xff",
}


def embedding_array() -> dict[str, bytes]:
    return {
        "good": _npy(np.full(256, 0.0625, np.float32)),
        "complex": _npy(np.full(256, 1j)),
        "text": _npy(np.array(["1"] * 256)),
        "npz": _npz(a=np.zeros(256)),
        "huge": _HUGE["huge"],
        "empty": b"",
        "objects": _HUGE["objects"],
    }


def array() -> dict[str, bytes]:
    return {
        "good": _npy(np.arange(6, dtype=np.float32).reshape(2, 3)),
        "by_columns": _npy(np.asfortranarray(np.arange(6.0).reshape(2, 3))),
        "none": _npy(np.zeros((0, 3))),
        "scalar": _npy(np.float64(1)),
        "text": _npy(np.array(["a", "bc"])),
        **_HUGE,
    }


def arrays() -> dict[str, bytes]:
    speech = {
        **{"mel": np.zeros((2, 80), np.float32), "f0_log": np.zeros(2)},
        **{"f0_classes": np.zeros(2, np.int16), "f0_range": "low", "f0_median_hz": 1.0},
        **{"embedding": np.zeros(256, np.float32), "speech": np.zeros(1, bool), "n_samples": 512},
    }
    still = np.zeros((1, 68, 3), np.float32)
    moved = {"landmarks": still, "mouth_opening": np.zeros(1), "fps": 25.0, "portrait": still[0]}
    member = {"landmarks.npy": _npy(np.zeros(100_000))}
    return {
        "speech": _npz(**speech),
        "no_frames": _npz(**{**speech, "mel": np.zeros(()), "n_samples": "x"}),
        "animation": _npz(**moved),
        "fps": _npz(**{**moved, "fps": np.zeros(3)}),
        "bomb": _zip(member, zipfile.ZIP_DEFLATED),
        "away": _zip({"../../landmarks.npy": b"x", "/tmp/landmarks.npy": b"y"}),
        "huge": _zip({"landmarks.npy": _HUGE["huge"]}),
        "cut": _npz(**moved)[:-30],
        "encrypted": _zip({"landmarks.npy": _npy(still)}).replace(
            b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"
        ),
    }


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
    return _zip(
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
        "away": _zip({"../../etc/data.pkl": pickled, "/tmp/data/0": bytes(16)}),
        "two": _zip({"a/data.pkl": pickled, "b/data.pkl": pickled}),
        "tar": b"storages".ljust(257, b"\0") + b"ustar\x0000" + bytes(248),
        **{
            f"pickle_{name}": _zip({"a/data.pkl": raw})
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


def main() -> None:
    for name in TARGETS:
        folder = SEEDS / name
        folder.mkdir(parents=True, exist_ok=True)
        for seed, content in globals()[name]().items():
            (folder / seed).write_bytes(content)


if __name__ == "__main__":
    main()
