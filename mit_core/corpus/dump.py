"""The corpus as training reads it: memory-mapped arrays, a folder a split."""

import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from mit_core.arrays import read_array, read_arrays
from mit_core.corpus.lags import read_shifts
from mit_core.corpus.layout import FEATURE, REGISTERED, SPEECH, results_of
from mit_core.corpus.shards import Item, read_index
from mit_core.corpus.splits import read_splits
from mit_core.corpus.sync import moved_frames
from mit_core.errors import DamagedError, UserError
from mit_core.files import read_json, write_json, written_whole
from mit_core.progress import told
from mit_core.provenance import digest_of
from mit_core.sequences import Sequences, Voices

INDEX = "index.json"

_SEEN = ("landmarks", "quaternions", "translations")
"""Arrays that follow the picture, not the sound."""

# Array of the dump -> where a segment's lies: stage, file, name in it; type and width of a frame.
_IN_FRAMES: dict[str, tuple[str, str, str, tuple[type[np.generic], tuple[int, ...]]]] = {
    "landmarks": ("registered", REGISTERED, "landmarks", (np.float32, (204,))),
    "quaternions": ("registered", REGISTERED, "quaternions", (np.float32, (4,))),
    "translations": ("registered", REGISTERED, "translations", (np.float32, (3,))),
    "mel": ("speech", SPEECH, "mel", (np.float32, (80,))),
    "f0": ("speech", SPEECH, "f0_classes", (np.int16, ())),
}

_WIDTHS: dict[str, tuple[int, ...]] = {"faces": (204,), "embeddings": (256,)}
"""Arrays with a row a segment, not a frame."""


def frame_bytes() -> int:
    """What a frame at 62.5 Hz takes of a split's arrays."""
    return sum(
        np.dtype(kind).itemsize * int(np.prod(shape)) for *_, (kind, shape) in _IN_FRAMES.values()
    )


def dump_arrays(
    indices: Sequence[Path],
    segments: Path,
    folders: dict[str, Path],
    *,
    lags: Path | None = None,
) -> None:
    """Lay each split's segments end to end in memory-mappable files.

    Args:
        indices: the speech stage's index of every shard (they carry every stage's products).
        segments: the table of segments, which gives each one's split; one that is not in it is
            left out.
        folders: where each split's arrays go: ``landmarks.npy`` (N, 204), ``quaternions.npy``
            (N, 4), ``translations.npy`` (N, 3), ``mel.npy`` (N, 80), all float32, and ``f0.npy``
            (N,), int16, at 62.5 Hz; ``faces.npy`` (S, 204), ``embeddings.npy`` (S, 256);
            ``index.json``.
        lags: the table of lags (``lags.write_lags``): a segment that is heard later than seen is
            shown as much later, its end frames repeated. None leaves all as filmed.
    """
    split_of = read_splits(segments)
    items = [item for index in sorted(indices) for item in read_index(index) if item.usable]
    items.sort(key=lambda item: item.id)
    results = results_of(indices[0])
    shifts = {} if lags is None else read_shifts(lags)
    for split, folder in folders.items():
        mine = [item for item in items if split_of.get(item.id) == split]
        _dump_split(mine, folder, results, [shifts.get(item.id, 0) for item in mine])


def _dump_split(items: Sequence[Item], folder: Path, results: Path, shifts: Sequence[int]) -> None:
    lengths = [_length(item, results) for item in told(items, "measuring segments", "segments")]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(int)
    for name, (stage, file, array, kind) in _IN_FRAMES.items():
        later = shifts if name in _SEEN else [0] * len(items)
        sources = [
            partial(_moved, results / item.data[stage] / file, array, length, shift)
            for item, length, shift in zip(items, lengths, later, strict=True)
        ]
        with written_whole(folder / f"{name}.npy") as part:
            _fill(part, offsets, told(sources, f"writing {name}", "segments"), kind)
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
            "digest": digest_of(
                [[i.id, i.speaker, i.key, shift] for i, shift in zip(items, shifts, strict=True)]
            ),
        },
    )


def _length(item: Item, results: Path) -> int:
    """Frames that all of a segment's arrays have."""
    mel = _one_of(results / item.data["speech"] / SPEECH, "mel")
    return min(len(mel), len(_one_of(results / item.data["registered"] / REGISTERED, "landmarks")))


def _one_of(file: Path, name: str) -> np.ndarray:
    return read_arrays(file, (name,))[name]


def _moved(file: Path, name: str, length: int, later: int) -> np.ndarray:
    """An array's first frames, moved in time."""
    return _one_of(file, name)[:length][moved_frames(length, later)]


def _fill(
    path: Path,
    offsets: np.ndarray,
    sources: Iterable[Callable[[], np.ndarray]],
    kind: tuple[type[np.generic], tuple[int, ...]],
) -> None:
    """Write segments end to end, each cut to its length; memory holds one at a time.

    Not through a memory map: on a full disk that ends the process without a word.
    """
    dtype, width = kind
    header = {
        "descr": np.lib.format.dtype_to_descr(np.dtype(dtype)),
        "fortran_order": False,
        "shape": (int(offsets[-1]), *width),
    }
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for source, frames in zip(sources, np.diff(offsets), strict=True):
            segment = np.asarray(source()[:frames], dtype).reshape(frames, *width)
            file.write(segment.tobytes())


def dump_feature(indices: Sequence[Path], feature: str, folders: Sequence[Path]) -> None:
    """Lay a content feature end to end beside each split's arrays, as ``{feature}.npy``.

    Args:
        indices: that feature's index of every shard.
        feature: its name; the index's items have it in their data, with the digest of its maker.
        folders: of the splits, filled by ``dump_arrays``.

    Raises:
        UserError: a segment of the dump has no such feature.
    """
    items = {i.id: i for index in sorted(indices) for i in read_index(index) if i.usable}
    results = results_of(indices[0])
    makers = {item.data["feature_maker"] for item in items.values()}
    for folder in folders:
        index = index_of(folder)
        missing = [name for name in index["names"] if name not in items]
        if missing:
            raise UserError(
                f"{len(missing)} segments have no {feature} feature ({', '.join(missing[:3])}): "
                f"see the log of rule {feature}, mend what it names and run that rule again with "
                f"--forcerun {feature}."
            )
        homes = [results / items[name].data["feature"] / FEATURE for name in index["names"]]
        offsets = np.asarray(index["offsets"], dtype=np.int64)
        with written_whole(folder / f"{feature}.npy") as part:
            _fill(part, offsets, [partial(read_array, home) for home in homes], (np.float32, (80,)))
        write_json(folder / f"{feature}.json", {"maker": "".join(sorted(makers))})


def open_split(folder: str | Path, feature: str = "mel") -> Sequences:
    """Open a split's arrays as memory maps.

    Args:
        folder: of the split.
        feature: which content feature the sequences carry.

    Raises:
        UserError: the folder holds no dump, or not that feature.
    """
    folder = Path(folder)
    index, maker = index_of(folder), feature
    if feature != "mel":
        if not (folder / f"{feature}.json").is_file():
            raise UserError(f"{folder} holds no {feature} features; make them with prepare.")
        made = read_json(folder / f"{feature}.json")
        if not isinstance(made, dict) or not isinstance(made.get("maker"), str):
            raise DamagedError(
                f"{folder / f'{feature}.json'} does not tell who made the feature. Delete it and "
                "run again."
            )
        maker = f"{feature}:{made['maker']}"
    names = ("landmarks", "faces", "embeddings", "quaternions", "translations")
    return Sequences(
        **_mapped(folder, index, names),
        features=_mapped(folder, index, (feature,))[feature],
        offsets=np.asarray(index["offsets"], dtype=np.int64),
        speakers=tuple(index["speakers"]),
        names=tuple(index["names"]),
        feature=maker,
        digest=digest_of([index["digest"], maker]),
    )


def open_voices(folder: str | Path) -> Voices:
    """Open a split's speech as memory maps.

    Raises:
        UserError: the folder holds no dump.
    """
    folder = Path(folder)
    index = index_of(folder)
    return Voices(
        **_mapped(folder, index, ("mel", "f0", "embeddings")),
        offsets=np.asarray(index["offsets"], dtype=np.int64),
        speakers=tuple(index["speakers"]),
        names=tuple(index["names"]),
        digest=index["digest"],
    )


def index_of(folder: Path) -> dict[str, Any]:
    """A dump's index: offsets, names and speakers of its segments, and the digest of all.

    Raises:
        UserError: the folder holds no dump.
    """
    if not (folder / INDEX).is_file():
        raise UserError(f"{folder} holds no corpus dump; make it with the target prepare.")
    index = read_json(folder / INDEX)
    if not _is_index(index):
        raise DamagedError(f"{folder / INDEX} is no index of a dump. Delete it and run again.")
    return dict(index)


def _is_index(index: Any) -> bool:
    if not isinstance(index, dict) or not isinstance(index.get("digest"), str):
        return False
    names, speakers, offsets = (index.get(key) for key in ("names", "speakers", "offsets"))
    return (
        isinstance(names, list)
        and isinstance(speakers, list)
        and isinstance(offsets, list)
        and len(names) == len(speakers) == len(offsets) - 1
        and all(isinstance(name, str) for name in [*names, *speakers])
        and all(isinstance(place, int) for place in offsets)
        and offsets[0] == 0
        and all(a <= b <= sys.maxsize for a, b in pairwise(offsets))
    )


def _mapped(folder: Path, index: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    arrays = {name: read_array(folder / f"{name}.npy", mapped=True) for name in names}
    for name, array in arrays.items():
        if index["offsets"][-1] and not len(array):
            raise UserError(
                f"{folder / f'{name}.npy'} is empty: this corpus was imported from pickles that "
                f"do not hold {name}. Prepare it from footage to have it; a voice converter "
                "that was trained elsewhere is given by autovc.checkpoint."
            )
        width = (_WIDTHS | {name: known for name, (*_, (_, known)) in _IN_FRAMES.items()}).get(name)
        count = len(index["names"]) if name in _WIDTHS else index["offsets"][-1]
        if array.shape != (count, *((80,) if width is None else width)):
            raise DamagedError(
                f"{folder / f'{name}.npy'} has shape {array.shape}, which does not fit {INDEX} "
                "beside it. Delete both and run again."
            )
    return arrays
