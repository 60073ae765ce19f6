"""The corpus as training reads it: memory-mapped arrays, and pickles for the published code."""

import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mit_core.corpus.layout import FEATURE, REGISTERED, SPEECH, results_of
from mit_core.corpus.shards import Item, read_index
from mit_core.errors import UserError
from mit_core.faces.export_text import write_landmark_text
from mit_core.faces.registration import published_pose
from mit_core.faces.standard_face import standard_face
from mit_core.files import read_json, write_json, written_whole
from mit_core.provenance import digest_of
from mit_core.sequences import Sequences

INDEX = "index.json"


def dump_arrays(indices: Sequence[Path], segments: Path, folders: dict[str, Path]) -> None:
    """Lay each split's segments end to end in memory-mappable files.

    Args:
        indices: the feature stage's index of every shard (they carry every stage's products).
        segments: the table of segments, which gives each one's split.
        folders: where each split's arrays go: ``landmarks.npy`` (N, 204), ``features.npy``
            (N, 80), ``quaternions.npy`` (N, 4), ``translations.npy`` (N, 3), all float32 at
            62.5 Hz; ``faces.npy`` (S, 204), ``embeddings.npy`` (S, 256); ``index.json``.
    """
    table = pd.read_csv(segments, sep="\t", dtype={"segment": str})
    split_of = dict(zip(table["segment"], table["split"], strict=True))
    items = [item for index in sorted(indices) for item in read_index(index) if item.usable]
    items.sort(key=lambda item: item.id)
    results = results_of(indices[0])
    for split, folder in folders.items():
        _dump_split([item for item in items if split_of[item.id] == split], folder, results)


def _dump_split(items: Sequence[Item], folder: Path, results: Path) -> None:
    lengths = [_length(item, results) for item in items]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(int)
    shapes = {"landmarks": 204, "features": 80, "quaternions": 4, "translations": 3}
    for name, width in shapes.items():
        with written_whole(folder / f"{name}.npy") as part:
            _fill(part, (int(offsets[-1]), width), offsets, _source(name, items, results))
    registered = [results / item.data["registered"] / REGISTERED for item in items]
    speech = [results / item.data["speech"] / SPEECH for item in items]
    for name, rows, width in (
        ("faces", [_one_of(file, "face") for file in registered], 204),
        ("embeddings", [_one_of(file, "embedding") for file in speech], 256),
    ):
        with written_whole(folder / f"{name}.npy") as part:
            np.save(part, np.asarray(rows, dtype=np.float32).reshape(len(items), width))
    write_json(
        folder / INDEX,
        {
            "offsets": offsets.tolist(),
            "speakers": [item.speaker for item in items],
            "names": [item.id for item in items],
            "digest": digest_of([[item.id, item.speaker, item.key] for item in items]),
        },
    )


def _length(item: Item, results: Path) -> int:
    """Frames that all of a segment's arrays have."""
    features = np.load(results / item.data["feature"] / FEATURE, mmap_mode="r")
    with np.load(results / item.data["registered"] / REGISTERED) as registered:
        return min(len(features), len(registered["landmarks"]))


def _source(name: str, items: Sequence[Item], results: Path) -> Callable[[int], np.ndarray]:
    if name == "features":
        return lambda i: np.load(results / items[i].data["feature"] / FEATURE)
    return lambda i: _one_of(results / items[i].data["registered"] / REGISTERED, name)


def _one_of(file: Path, name: str) -> np.ndarray:
    """One array of an npz, which is closed again: there may be more segments than file handles."""
    with np.load(file) as arrays:
        return arrays[name]


def _fill(
    path: Path, shape: tuple[int, int], offsets: np.ndarray, source: Callable[[int], np.ndarray]
) -> None:
    if shape[0] == 0:  # an empty file cannot be mapped
        np.save(path, np.zeros(shape, dtype=np.float32))
        return
    array = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
    for i in range(len(offsets) - 1):
        start, end = offsets[i], offsets[i + 1]
        array[start:end] = source(i)[: end - start]
    array.flush()


def open_split(folder: str | Path) -> Sequences:
    """Open a split's arrays as memory maps.

    Raises:
        UserError: the folder holds no dump.
    """
    folder = Path(folder)
    if not (folder / INDEX).is_file():
        raise UserError(f"{folder} holds no corpus dump; make it with the target prepare.")
    index = read_json(folder / INDEX)
    mapped = {
        name: np.load(folder / f"{name}.npy", mmap_mode="r" if index["names"] else None)
        for name in ("landmarks", "features", "faces", "embeddings")
    }
    return Sequences(
        **mapped,
        offsets=np.asarray(index["offsets"], dtype=np.int64),
        speakers=tuple(index["speakers"]),
        names=tuple(index["names"]),
        digest=index["digest"],
    )


def dump_pickles(folder: Path, fl: Path, au: Path, gaze: Path) -> None:
    """Write a split's three pickles in the layout that the published training code reads.

    ``fl``: list of (landmarks (T, 204), (index, name)). ``au``: list of (feature (T, 80) before
    mean and std, (index, name, embedding (256,))). ``gaze``: dict of lists ``rot_trans`` (T, 3, 4),
    ``rot_quat`` (T, 4) and ``anchor_t_shape`` (T, 204). The same order and the same T throughout.
    """
    data = open_split(folder)
    quaternions = np.load(folder / "quaternions.npy")
    translations = np.load(folder / "translations.npy")
    anchor = standard_face().reshape(204).astype(np.float32)
    fls: list[Any] = []
    aus: list[Any] = []
    poses: dict[str, list[Any]] = {"rot_trans": [], "rot_quat": [], "anchor_t_shape": []}
    for i, (features, landmarks) in enumerate(data):
        span = data.span(i)
        fls.append((np.array(landmarks), (i, data.names[i])))
        aus.append((np.array(features), (i, data.names[i], np.array(data.embeddings[i]))))
        rot_trans, rot_quat = published_pose(quaternions[span], translations[span])
        poses["rot_trans"].append(rot_trans.astype(np.float32))
        poses["rot_quat"].append(rot_quat.astype(np.float32))
        poses["anchor_t_shape"].append(np.tile(anchor, (len(landmarks), 1)))
    for path, value in ((fl, fls), (au, aus), (gaze, poses)):
        with written_whole(path) as part, part.open("wb") as file:
            pickle.dump(value, file, protocol=4)  # the published code's Python is 3.6


def dump_text(folder: Path, output: Path) -> None:
    """Write a split's registered landmarks as ``output/{segment}.txt``: 204 numbers a frame."""
    data = open_split(folder)
    output.mkdir(parents=True, exist_ok=True)
    for name, (_, landmarks) in zip(data.names, data, strict=True):
        write_landmark_text(output / f"{name}.txt", landmarks)
