"""A disk that fills up: one sentence that says so, and nothing half-written under a final name."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from media_clips import flash_and_beep
from namespaces import with_disk
from reliability import Survival

from mit_core.disk import DiskFullError, disk_full
from mit_core.files import written_whole

ROOT = Path(__file__).parents[2]
KIND = "Disk full while a result is being written"

# Whatever the library writes with, here with more than the disk holds.
WRITERS = """
import json, shutil, sys
from pathlib import Path
import numpy as np, torch
from mit_core.corpus.dump import _fill
from mit_core.files import write_arrays, write_text, written_whole
from mit_core.media.audio import write_wav
from mit_core.media.image import write_image
from mit_core.media.normalise import normalise
from mit_core.media.video import VideoWriter
from mit_core.models.tensors import write_tensors

clip = Path(sys.argv[1])
disk = Path("disk")
noise = np.random.default_rng(0)
much = noise.random(500_000)
(clip.parent / "much").write_bytes(much.tobytes())
picture = noise.integers(0, 255, (256, 1024, 3), np.uint8)

def dump(path):
    with written_whole(path) as part:
        _fill(part, np.array([0, 500_000]), [lambda: much], (np.float64, ()))

def array(path):
    with written_whole(path) as part:
        np.save(part, much)

def copy(path):
    with written_whole(path) as part:
        shutil.copyfile(clip.parent / "much", part)

def older(path):
    with written_whole(path) as part:
        torch.save({"a": torch.from_numpy(much)}, part, _use_new_zipfile_serialization=False)

def video(path):
    with VideoWriter(path, 25, 256, 256, crf=0) as film:
        for _ in range(8):
            film.write(noise.integers(0, 255, (256, 256, 3), np.uint8))

writers = {
    "text.json": lambda path: write_text(path, "x" * 4_000_000),
    "arrays.npz": lambda path: write_arrays(path, {"a": much, "b": much}),
    "array.npy": array,
    "copied.pt": copy,
    "dump.npy": dump,
    "tensors.pt": lambda path: write_tensors(path, {"a": torch.from_numpy(much)}),
    "parts.pt": lambda path: write_tensors(path, {str(i): torch.ones(20_000) for i in range(40)}),
    "older.pth": older,
    "sound.wav": lambda path: write_wav(path, noise.uniform(-1, 1, 2_000_000)),
    "picture.png": lambda path: write_image(path, picture),
    "film.mp4": video,
    "film.mov": video,
    "film.webm": video,
    "normalised.mp4": lambda path: normalise(clip, None, path, disk / "normalised.wav"),
}
told = {}
for name, write in writers.items():
    try:
        write(disk / name)
        told[name] = ["", "written", []]
    except BaseException as error:
        told[name] = [type(error).__name__, str(error), [str(left) for left in disk.iterdir()]]
print(json.dumps(told))
"""


def on_full_disk(disk: Path, script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a Python script beside a disk of a tenth of a megabyte."""
    python = f'exec "{sys.executable}" -c "$@"'
    return subprocess.run(
        [*with_disk(disk, 0.1, python), script, *arguments],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


@pytest.mark.survives(KIND)
def test_whatever_writes_says_that_the_disk_is_full(tmp_path: Path, survival: Survival) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    clip = flash_and_beep(tmp_path / "clip.mp4")
    done = on_full_disk(disk, WRITERS, str(clip))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    survival.tried(len(told))
    for name, (kind, words, left) in told.items():
        assert kind == "DiskFullError", (name, kind, words)
        assert re.match(r"The disk that holds (\S*/)?disk is full: make space", words), name
        assert left == [], name


@pytest.mark.survives(KIND)
def test_the_cause_is_found_behind_what_libraries_make_of_it(tmp_path: Path) -> None:
    def zipped() -> None:
        try:
            raise OSError(28, "No space left on device")
        finally:
            raise ValueError("Can't close the ZIP file")

    with pytest.raises(DiskFullError, match=str(tmp_path)), written_whole(tmp_path / "a.npz"):
        zipped()
    assert list(tmp_path.iterdir()) == []
    assert disk_full(ValueError("no such value"), tmp_path) is None
    elsewhere = OSError(28, "No space left on device", "/elsewhere/file")
    assert "holds /elsewhere is full" in str(disk_full(elsewhere, tmp_path))


JOB = """
import sys
from mit_core.logs import logged
with logged("disk/log.txt"):
    open("disk/fill", "wb").write(b"x" * 60_000)
    print("x" * 200_000)
    sys.stdout.flush()
"""


@pytest.mark.survives(KIND)
def test_a_log_that_finds_no_room_hides_no_reason(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    done = on_full_disk(disk, JOB)
    assert done.returncode == 1
    assert "Error: The disk that holds disk is full" in done.stderr
    assert "Traceback" not in done.stderr
