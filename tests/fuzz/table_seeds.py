"""Seeds of tables, records and texts of numbers."""

import json
from dataclasses import asdict

import numpy as np

from mit_core.corpus.lags import COLUMNS as LAGS
from mit_core.corpus.quality_table import MEASURES
from mit_core.corpus.shards import Item, Product
from mit_core.corpus.sync_table import COLUMNS as SYNC
from mit_core.corpus.tables import MANIFEST, SEGMENTS
from mit_core.provenance import digest_of

from .parts import number_text, ring_of_points, triangle_rows, tsv


def sample_sheet() -> dict[str, bytes]:
    columns = ("video", "audio", "speaker", "split")
    return {
        "good": tsv(columns, ("a.mp4", "a.wav", "앤", "train"), ("sub/b.mov", "", "", "")),
        "no_header": b"a.mp4\tb.wav\n",
        "no_name": tsv(columns, ("..", "", "", ""), (".", "", "", "")),
        "root": tsv(columns, ("/", "", "", "")),
        "nul": tsv(columns, ("a\0b.mp4", "", "", "")),
        "long_name": tsv(columns, ("x" * 5000 + ".mp4", "", "", "")),
        "no_utf8": b"video\n\xff\xfe.mp4\n",
        "long_header": b"y" * 9000 + b"\n",
        "same": tsv(columns, *[("a.mp4", "", "", "")] * 3),
        "more_cells": tsv(("video", "split"), ("a.mp4", "val", "more", "cells")),
        "bom": "\ufeffvideo\n\u202e4pm.mp4\n".encode(),
        "long_split": tsv(columns, ("a.mp4", "", "", "z" * 9000)),
    }


def table() -> dict[str, bytes]:
    return {
        "manifest": tsv(MANIFEST, ["x"] * len(MANIFEST)),
        "segments": tsv(SEGMENTS, ["train"] * len(SEGMENTS)),
        "lags": tsv(LAGS, ["yes"] * len(LAGS)),
        "huge_lag": tsv(("segment", "lag_s", "applied"), ("a", "1e999", "yes")),
        "sync": tsv(SYNC, ["dubbed"] * len(SYNC)),
        "quality": tsv(("segment", *MEASURES), ["1.0"] * (1 + len(MEASURES))),
        "empty_column": b"segment\t\tsplit\na\tb\tc\td\te\n",
        "no_utf8": b"segment\tsplit\n\xff\t\xfe\n",
        "not_seconds": tsv(("segment", "speaker", "split", "shard", "seconds"), "abcde"),
        "away": tsv(("segment", "split", "shard"), ("a", "train", "../../etc")),
        "long_shard": tsv(("segment", "split", "shard"), ("a", "train", "x" * 5000)),
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
    opened = b"--- open\n" + number_text(ring_of_points())
    around = [(i, (i + 1) % 68, 68 + i % 8) for i in range(68)]
    return {
        "good": opened,
        "with_norm": opened + b"--- open_norm\n" + number_text(ring_of_points(1 / 32) - 1),
        "tiny_scale": opened
        + b"--- closed\n"
        + number_text(ring_of_points())
        + b"--- scale_shift\n1e-308 0 0\n",
        "huge_norm": opened
        + b"--- closed\n"
        + number_text(ring_of_points())
        + b"--- open_norm\n"
        + number_text(ring_of_points()).replace(b".", b"e300 #"),
        "flat": b"--- open\n" + b"1 1\n" * 68,
        "loop": opened + b"--- triangles\n" + triangle_rows((5, 5, 6)),
        "one_point": opened + b"--- triangles\n" + triangle_rows((0, 0, 0)),
        "mesh": opened + b"--- triangles\n" + triangle_rows(*around),
        "huge_points": opened + b"--- triangles\n1e300 0 1\n",
        "int64": opened + b"--- triangles\n9223372036854775807 0 1\n",
        "commas": opened + b"--- triangles\n,\n",
        "not_numbers": b"--- open\nx y\n",
    }


def landmark_table() -> dict[str, bytes]:
    points = ring_of_points()
    return {
        "good": number_text(points),
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
        "good": number_text(np.arange(204)[None]),
        "too_large": b" ".join([b"1e300"] * 204) + b"\n",
        "ragged": b"1 2\n3\n",
        "binary": bytes(range(256)),
    }


def constants() -> dict[str, bytes]:
    face, target = number_text(np.arange(204)), b"0.0625\n" * 256
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
