"""Files of strangers: nothing runs, nothing is unpacked or written, and little memory is taken."""

import contextlib
import io
import json
import os
import pickle
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from fuzz.make_seeds import SEEDS
from fuzz.media_seeds import png, wav

from mit_core.arrays import read_array, read_arrays
from mit_core.corpus.catalogue import list_clips
from mit_core.corpus.shards import Item, Product, work_shard
from mit_core.errors import DamagedError, UserError
from mit_core.models.tensors import read_tensors
from mit_core.models.voice_target import read_embedding
from mit_core.unpickling import read_plain_pickle

CODE = "Strangers' files: pickles and checkpoints that want to run code"


ROOM = "Strangers' files: small files that claim much memory or time"


NAMES = "Strangers' files: archives whose members are named to lie elsewhere"


MOST_MB = 64
"""Room that reading a file of some kB may take."""


CHILD = """
import json, resource, sys, time
from pathlib import Path
from mit_core.arrays import read_array, read_arrays
from mit_core.errors import UserError
from mit_core.media.audio import read_audio
from mit_core.media.image import read_image
from mit_core.models.tensors import read_tensors
from mit_core.models.voice_target import read_embedding
from mit_core.models.translation_checkpoint import load_translation
from mit_core.unpickling import read_plain_pickle

READERS = {
    ".npy": read_array, ".npz": lambda path: read_arrays(path, ("a",)),
    ".pth": read_tensors, ".pt": load_translation, ".pickle": read_plain_pickle,
    ".png": read_image, ".wav": read_audio,
}
taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + (1 << 30), taken + (1 << 30)))
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
told = {}
for name in sys.argv[1:]:
    before, start = peak(), time.process_time()
    try:
        READERS[Path(name).suffix](name)
        end = "read"
    except UserError as error:
        end = str(error)
    told[Path(name).name] = (end, peak() - before, time.process_time() - start)
print(json.dumps(told))
"""


def in_a_child(files: list[Path], home: Path) -> dict[str, tuple[str, float, float]]:
    """How each file's reading ended, MB that it took, and seconds of a processor."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *map(str, files)],
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def tree(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


class Calls:
    """Pickled, it asks for a call, by one of pickle's several ways."""

    def __init__(self, made: Any, *arguments: Any, state: Any = None):
        self.parts = (made, arguments) if state is None else (made, arguments, state)

    def __reduce__(self) -> tuple[Any, ...]:
        return self.parts


def wants_to_run(touched: Path) -> dict[str, bytes]:
    """Pickles that make a file, each by another way."""
    text = str(touched).encode()
    command = b"touch " + text
    size = struct.pack("<I", len(command))
    numbers = np.empty(2, dtype=object)
    numbers[0] = Calls(os.system, command.decode())
    return {
        "reduce": b"cos\nsystem\n(S'" + command + b"'\ntR.",
        "posix": b"cposix\nsystem\n(S'" + command + b"'\ntR.",
        "inst": b"(S'" + command + b"'\nios\nsystem\n.",
        "obj": b"(cos\nsystem\nS'" + command + b"'\no.",
        "newobj": b"\x80\x02csubprocess\nPopen\n(S'touch'\nS'" + text + b"'\nl\x85\x81.",
        "newobj_ex": b"\x80\x04\x8c\nsubprocess\x8c\x05Popen\x93)}\x8c\x04argsX"
        + size
        + command
        + b"s\x92.",
        "stack_global": b"\x80\x04\x8c\x02os\x8c\x06system\x93X" + size + command + b"\x85R.",
        "dotted": b"\x80\x04\x8c\x03pdb\x8c\tos.system\x93X" + size + command + b"\x85R.",
        "builtins": pickle.dumps(Calls(eval, f"open({str(touched)!r}, 'w')"), 2),
        "getattr": pickle.dumps(Calls(getattr, Calls(Path, str(touched)), "touch"), 4),
        "nested": pickle.dumps([{"a": (1, Calls(os.system, command.decode()))}], 4),
        "in_an_array": pickle.dumps(numbers, 4),
        "build": pickle.dumps(Calls(Path, "x", state={"_str": "y"}), 4),
        "importlib": pickle.dumps(Calls(__import__, "antigravity"), 2),
        "inner": pickle.dumps(Calls(pickle.loads, pickle.dumps(Calls(os.system, command))), 4),
        "torch": pickle.dumps(Calls(torch.load, str(touched)), 4),
        "numpy": pickle.dumps(Calls(np.save, str(touched), 1), 4),
        "dtype": pickle.dumps(np.dtype([("a", "O")]), 4),
        "copyreg": pickle.dumps(Calls(Path, "x"), 0),
        "of_a_persistent_id": b"cos\nsystem\n(S'" + command + b"'\ntRQ.",
    }


@pytest.mark.survives(CODE)
def test_no_way_of_calling_runs_anything(tmp_path, survival):
    touched = tmp_path / "touched"
    cases = wants_to_run(touched)
    survival.tried(3 * len(cases))
    ran = []
    for name, raw in cases.items():
        path = tmp_path / f"{name}.pickle"
        path.write_bytes(raw)
        with pytest.raises(UserError, match="asks for"):
            read_plain_pickle(path)
        path = tmp_path / f"{name}.pth"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a/data.pkl", raw)
        with pytest.raises(UserError, match="asks for"):
            read_tensors(path)
        path.write_bytes(old_header() + raw)
        with pytest.raises(UserError, match="asks for"):
            read_tensors(path)
        assert not touched.exists(), name
        # they are what they are taken for: Python's own unpickler runs them
        with contextlib.suppress(Exception):
            pickle.loads(raw)
        ran += [name] if touched.exists() else []
        touched.unlink(missing_ok=True)
    assert {"reduce", "inst", "obj", "stack_global", "dotted", "builtins", "nested"} <= {*ran}


def old_header() -> bytes:
    """What files of torch's older format begin with."""
    out = io.BytesIO()
    torch.save({}, out, _use_new_zipfile_serialization=False)
    whole = out.getvalue()
    return whole[: whole.index(pickle.dumps({}, 2)[:3], 60)]


def test_the_old_header_is_that_of_a_file(tmp_path):
    path = tmp_path / "a.pth"
    path.write_bytes(old_header() + pickle.dumps({"a": 1}, 2) + pickle.dumps([], 2))
    assert read_tensors(path) == {"a": 1}


@pytest.mark.survives(CODE)
def test_an_array_is_not_changed_under_those_who_look_at_it(tmp_path):
    path = tmp_path / "a.pickle"
    path.write_bytes((SEEDS / "plain_pickle" / "twice").read_bytes())
    with pytest.raises(UserError, match="change of an array"):
        read_plain_pickle(path)


def zipped(members: dict[str, bytes], how: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(name, content, how)
    return out.getvalue()


def npy(count: int) -> bytes:
    out = io.BytesIO()
    np.save(out, np.zeros(count, np.uint8))
    return out.getvalue()


def overlapping(raw: bytes, times: int) -> bytes:
    """A zip of one member that its directory lists many times."""
    start = raw.index(b"PK\x01\x02")
    end = raw.index(b"PK\x05\x06")
    entry = raw[start:end]
    name = raw[start + 46 : start + 47]
    entries = b"".join(entry.replace(name, bytes([65 + i])) for i in range(times))
    tail = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, times, times, len(entries), start, 0)
    return raw[:start] + entries + tail


def bombs() -> dict[str, bytes]:
    """Files of at most a few hundred kB that ask for much more."""
    large = 100_000_000
    rows = zlib.compress(bytes(1000))
    hostile = {
        f"{folder}_{seed.name}{suffix}": seed.read_bytes()
        for folder, suffix in (
            *(("plain_pickle", ".pickle"), ("checkpoint", ".pth"), ("array", ".npy")),
            *(("arrays", ".npz"), ("picture", ".png"), ("sound", ".wav")),
        )
        for seed in (SEEDS / folder).iterdir()
        if seed.name != "good_largest"  # what is read may take the room of its pixels
    }
    tensor = io.BytesIO()
    torch.save({"G": torch.zeros(4)}, tensor)
    return {
        **hostile,
        "deflated.npz": zipped({"a.npy": npy(large)}, zipfile.ZIP_DEFLATED),
        "lzma.npz": zipped({"a.npy": npy(large)}, zipfile.ZIP_LZMA),
        "deflated.pth": zipped({"a/data.pkl": b"N." + bytes(large)}, zipfile.ZIP_DEFLATED),
        "overlapping.pth": overlapping(zipped({"a": bytes(100_000)}), 50),
        "wide.png": png(60_000, 60_000, rows),
        "flat.png": png(2**31 - 1, 1, rows),
        "slow.wav": wav(1, samples=50_000),
        "long.wav": wav(8000, said=2**32 - 2),
    }


@pytest.mark.survives(ROOM)
def test_small_files_take_little_room(tmp_path, survival):
    home = tmp_path / "home"
    home.mkdir()
    files = []
    for name, content in bombs().items():
        path = home / name
        path.write_bytes(content)
        files.append(path)
        assert len(content) < 400_000, name
    survival.tried(len(files))
    survival.watch(home)
    before = tree(tmp_path)
    told = in_a_child(files, home)
    assert tree(tmp_path) == before, "nothing is unpacked or written"
    assert {*told} == {path.name for path in files}
    large = {name: took for name, (_, took, _) in told.items() if took > MOST_MB}
    assert not large
    slow = {name: seconds for name, (_, _, seconds) in told.items() if seconds > 10}
    assert not slow
    for name in ("deflated.npz", "lzma.npz"):
        assert "compressed" in told[name][0]
    assert "members that are compressed" in told["deflated.pth"][0]
    assert "larger than the file" in told["overlapping.pth"][0]
    assert "more than" in told["wide.png"][0] and "more than" in told["flat.png"][0]
    assert "1 samples" in told["slow.wav"][0] and told["long.wav"][0] == "read"


@pytest.mark.survives(NAMES)
@pytest.mark.parametrize("name", ["../away", "/tmp/away", "..\\away", "a/../../away", "~/away"])
def test_members_named_to_lie_elsewhere_are_never_unpacked(tmp_path, survival, name):
    survival.tried(2)
    home = tmp_path / "deep" / "home"
    home.mkdir(parents=True)
    out = io.BytesIO()
    torch.save({"G": torch.arange(4)}, out)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, b"x")
    (home / "a.pth").write_bytes(out.getvalue())
    (home / "a.npz").write_bytes(zipped({name: b"x", f"{name}.npy": npy(3), "a.npy": npy(2)}))
    before = tree(tmp_path)
    assert read_tensors(home / "a.pth")["G"].tolist() == [0, 1, 2, 3]
    assert read_arrays(home / "a.npz", ("a",))["a"].shape == (2,)
    # asked for by such a name, it is read where it is
    assert read_arrays(home / "a.npz", (name,))[name].shape == (3,)
    assert tree(tmp_path) == before and not Path("/tmp/away").exists()


@pytest.mark.survives(NAMES)
def test_a_tar_is_refused_as_it_is(tmp_path):
    path = tmp_path / "old.pth"
    with tarfile.open(path, "w") as archive:
        link = tarfile.TarInfo("storages")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    before = tree(tmp_path)
    with pytest.raises(UserError, match="cannot be read as a checkpoint"):
        read_tensors(path)
    assert tree(tmp_path) == before


@pytest.mark.survives("Damaged files of ours: arrays, tables and indexes")
@pytest.mark.parametrize("mapped", [False, True])
def test_an_array_cut_anywhere_ends_in_words(tmp_path, survival, mapped):
    path = tmp_path / "a.npy"
    np.save(path, np.arange(12.0).reshape(3, 4))
    whole = path.read_bytes()
    np.testing.assert_array_equal(read_array(path, mapped=mapped), np.arange(12.0).reshape(3, 4))
    lengths = range(0, len(whole), 3)
    survival.tried(len(lengths))
    for length in lengths:
        path.write_bytes(whole[:length])
        with pytest.raises(DamagedError, match=r"a\.npy cannot be read"):
            read_array(path, mapped=mapped)


@pytest.mark.survives("Damaged files of ours: arrays, tables and indexes")
def test_a_clip_whose_earlier_product_is_damaged_is_tried_again(tmp_path):
    """It is left out with a reason, the others go on, and the next run works it anew."""
    product = tmp_path / "product.npz"
    product.write_bytes(b"PK\x03\x04")
    items = [Item("a", "a", "s", ""), Item("b", "b", "s", "")]

    def work(item: Item, folder: Path) -> list[Product]:
        if item.id == "a":
            read_arrays(product, ("points",))
        return [Product(item.id, 1.0)]

    def run() -> list[Item]:
        home = tmp_path / "shards" / "0000" / "register"
        return work_shard(items, home, results=tmp_path, settings={}, code="", work=work)

    first = run()
    assert [item.verdict for item in first] == ["failed", "ok"]
    assert "product.npz cannot be read" in first[0].reason
    np.savez(product, points=np.zeros(3))
    assert [item.verdict for item in run()] == ["ok", "ok"]


@pytest.mark.survives("Damaged files of ours: arrays, tables and indexes")
def test_tables_that_are_none_are_named(tmp_path, survival):
    path = tmp_path / "clips.tsv"
    contents = (b"video\n\xff.mp4\n", b'video\n"' + b"x" * 140_000, b"v\n", b"video\n/\n")
    survival.tried(len(contents))
    for content in contents:
        path.write_bytes(content)
        with pytest.raises(UserError, match=r"clips\.tsv"):
            list_clips(str(path))


@pytest.mark.survives("Damaged files of ours: arrays, tables and indexes")
@pytest.mark.parametrize(
    "values", [np.full(256, 1j), np.array(["1"] * 256), np.full(256, np.nan), np.zeros(3)]
)
def test_an_embedding_of_anything_but_numbers_is_refused(tmp_path, values):
    np.save(tmp_path / "voice.npy", values)
    with pytest.raises(UserError, match=r"voice\.npy"):
        read_embedding(tmp_path / "voice.npy")
