"""A corpus of a few seconds, prepared and trained on in less than a minute, and its results."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from project import Project

from mit_core.files import is_part
from mit_core.media.video import count_frames
from mit_core.models.tensors import read_tensors

TARGETS = ("--", "prepare", "train_content")

# What two runs cannot have in common, and why.
DIFFER = {
    "logs": "tells times and the random names of half-written files",
    "benchmarks": "times of jobs",
    ".held": "the process that had the folder",
    ".at_work": "the jobs that were at work",
    "tensorboard": "the time of each row",
    ".tries.json": "how often a clip was tried once more, whose ffmpeg was killed",
    "state.pt": "seconds spent training; its networks are in last.pt and best.pt, which count",
}
# In these only the times differ, and all else counts.
_TIMES = {"started", "seconds"}


def small_project(folder: Path, videos: Path, **settings: object) -> Project:
    """A project whose footage is prepared in two shards, and trained on for 60 steps."""
    return Project(
        folder,
        {
            "corpus": {"videos": str(videos), "shards": 2, "split": {"val": 0.2, "test": 0.2}},
            "dump": {"text": True},
            "train_content": {"steps": 60, "validate_every": 10, "checkpoint_every": 10},
            **settings,
        },
    )


def files_of(results: Path) -> Iterator[tuple[str, Path]]:
    """Files under their final names that count."""
    for path in sorted(results.rglob("*")):
        parts = path.relative_to(results).parts
        # what normalise gives ffmpeg to write to, in a folder that it removes
        half = is_part(path.name) or any(part.startswith(".sound.") for part in parts)
        if path.is_file() and not half and not DIFFER.keys() & set(parts):
            yield "/".join(parts), path


def contents(results: Path) -> dict[str, str]:
    """A digest of each file that counts, by its name."""
    return {name: digest(path) for name, path in files_of(results)}


def digest(path: Path) -> str:
    """Of all that is in a file but the times of a training."""
    data = path.read_bytes()
    if path.name == "run.json":
        known = json.loads(data)
        data = json.dumps({k: v for k, v in known.items() if k not in _TIMES}).encode()
    if path.name == "history.csv":
        rows = csv.DictReader(io.StringIO(data.decode()))
        data = json.dumps([{k: v for k, v in r.items() if k not in _TIMES} for r in rows]).encode()
    return hashlib.sha256(data).hexdigest()


def check_whole(path: Path) -> None:
    """Read a file to its end, as whoever takes it for whole would."""
    kind = path.suffix
    if kind == ".json":
        json.loads(path.read_text())
    elif kind in (".npz", ".npy"):
        arrays = np.load(path)
        for name in arrays.files if kind == ".npz" else ():
            arrays[name]
    elif kind == ".pt":
        read_tensors(path)
    elif kind == ".mp4":
        assert count_frames(path) > 0
    elif kind in (".csv", ".tsv"):
        assert path.read_text().endswith("\n")
