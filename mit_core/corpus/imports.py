"""The published code's pickles as a corpus dump of this project."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mit_core.corpus.dump import INDEX
from mit_core.errors import DamagedError, UserError
from mit_core.faces.mouth import as_points, most_closed_frame
from mit_core.faces.registration import head_pose
from mit_core.faces.standard_face import HEAD_WIDTH
from mit_core.files import read_table, write_json, written_whole
from mit_core.provenance import digest_of
from mit_core.unpickling import read_plain_pickle

Array = npt.NDArray[Any]

_WIDEST = 2.0
"""A head this many times narrower or wider than it should be is measured in another unit."""
_BANDS, _EMBEDDING = 80, 256
_SHARED = 16
"""Numbers that lists may stand for, over the bytes of their file: one list may be named twice."""


@dataclass(frozen=True)
class _Clip:
    name: str
    landmarks: Array
    feature: Array
    embedding: Array
    quaternions: Array
    translations: Array


def import_dump(
    prefix: str | Path,
    folders: Mapping[str, Path],
    *,
    feature: str = "autovc",
    maker: str = "imported",
    speakers: Path | None = None,
) -> None:
    """Read ``{prefix}_{split}_{fl,au,gaze}.pickle`` and write each split's dump.

    No code of the pickles runs. What they do not hold is not made up: F0 is missing, so voice
    conversion cannot be trained on an import; without ``gaze`` the heads are still.

    Args:
        prefix: of the pickles' paths.
        folders: split -> folder of its dump. ``train`` is needed; a split without pickles is empty.
        feature: what the ``au`` pickles hold, ``mel`` or ``autovc``.
        maker: names the converter that made the ``autovc`` feature.
        speakers: table (TSV) with the columns name and speaker; each video is a speaker by itself
            where None, which is safe for faces and only forgoes what clips of one person share.

    Raises:
        UserError: a pickle is missing, is damaged, asks for more than data, or does not fit the
            others; nothing is written then.
    """
    who = None if speakers is None else _read_speakers(speakers)
    clips: dict[str, list[_Clip]] = {}
    for split in folders:
        files = {kind: Path(f"{prefix}_{split}_{kind}.pickle") for kind in ("fl", "au", "gaze")}
        if split != "train" and not files["fl"].is_file() and not files["au"].is_file():
            clips[split] = []
        else:
            clips[split] = _read_split(files)
    named = {
        split: [_speaker(clip.name, who, speakers) for clip in found]
        for split, found in clips.items()
    }
    for split, folder in folders.items():
        _write_split(clips[split], named[split], folder, feature)
        if feature != "mel":
            write_json(folder / f"{feature}.json", {"maker": maker})


def _read_split(files: Mapping[str, Path]) -> list[_Clip]:
    fls, aus = (_entries(files[kind]) for kind in ("fl", "au"))
    poses = _poses(files["gaze"], len(fls)) if files["gaze"].is_file() else [None] * len(fls)
    if len(fls) != len(aus):
        raise UserError(
            f"{files['fl']} holds {len(fls)} clips and {files['au']} {len(aus)}: they belong to "
            "different sets; make them again together."
        )
    clips: list[_Clip] = []
    for place, (fl, au, pose) in enumerate(zip(fls, aus, poses, strict=True)):
        name = _name(fl, files["fl"], place)
        if _name(au, files["au"], place) != name:
            raise UserError(
                f"Clip {place} is {name} in {files['fl']} and {au[1][1]} in {files['au']}: the "
                "pickles are not in the same order; make them again together."
            )
        clips.append(_clip(name, fl, au, pose, files))
    names = [clip.name for clip in clips]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UserError(f"{files['fl']} holds {twice} twice; give every clip a name of its own.")
    return clips


def _clip(name: str, fl: Any, au: Any, pose: Array | None, files: Mapping[str, Path]) -> _Clip:
    landmarks = _numbers(fl[0], files["fl"], name)
    if landmarks.ndim > 1 and landmarks.size:  # each frame in a row
        landmarks = landmarks.reshape(len(landmarks), -1)
    feature = _numbers(au[0], files["au"], name)
    embedding = _numbers(au[1][2] if len(au[1]) > 2 else (), files["au"], name).ravel()
    still = np.tile(np.eye(3, 4), (len(landmarks), 1, 1))
    motion = still if pose is None else _numbers(pose, files["gaze"], name)
    needed: dict[str, tuple[Array, tuple[int, ...]]] = {
        "fl": (landmarks, (204,)),
        "au": (feature, (_BANDS,)),
        "gaze": (motion, (3, 4)),
    }
    for kind, (array, frame) in needed.items():
        if array.shape != (len(landmarks), *frame) or not len(array):
            raise UserError(
                f"{files[kind]}: the array of {name} has shape {array.shape}, not "
                f"({len(landmarks)}, {', '.join(map(str, frame))}) as its landmarks need."
            )
    length = float(np.linalg.norm(embedding))
    if embedding.shape != (_EMBEDDING,) or not 0 < length < np.inf:
        raise UserError(
            f"{files['au']}: {name} has no speaker embedding of {_EMBEDDING} numbers beside it."
        )
    points = as_points(landmarks)
    width = float(np.median(points[:, 16, 0] - points[:, 0, 0]))
    if not HEAD_WIDTH / _WIDEST < width < HEAD_WIDTH * _WIDEST:
        raise UserError(
            f"{files['fl']}: the head of {name} is {width:.3g} wide, but registered landmarks make "
            f"it about {HEAD_WIDTH}: give the pickles that hold registered landmarks."
        )
    try:
        quaternions, translations = head_pose(motion)
    except (ValueError, np.linalg.LinAlgError) as error:
        raise UserError(f"{files['gaze']}: the poses of {name} are no rotations.") from error
    return _Clip(name, landmarks, feature, embedding / length, quaternions, translations)


def _entries(path: Path) -> list[Any]:
    entries = read_plain_pickle(path)
    good = isinstance(entries, list) and all(
        isinstance(entry, tuple | list)
        and len(entry) == 2
        and isinstance(entry[1], tuple | list)
        and len(entry[1]) >= 2
        for entry in entries
    )
    if not good:
        raise UserError(f"{path} is no list of (array, (index, name, ...)), a pair for each clip.")
    return list(entries)


def _poses(path: Path, count: int) -> list[Any]:
    content = read_plain_pickle(path)
    poses = content.get("rot_trans") if isinstance(content, dict) else None
    if not isinstance(poses, list) or len(poses) != count:
        raise UserError(
            f"{path} holds no list 'rot_trans' of {count} clips' poses; give the one made with the "
            "landmarks, or take it away to import heads without their motion."
        )
    return poses


def _name(entry: Any, path: Path, place: int) -> str:
    name = entry[1][1]
    # text of broken bytes (lone surrogates) can be written nowhere
    if not isinstance(name, str) or not name or not name.isprintable():
        raise UserError(f"{path}: clip {place} has no name of printable letters beside its array.")
    return str(name)


def _numbers(value: Any, path: Path, name: str) -> Array:
    try:
        most = _SHARED * path.stat().st_size
        array = np.asarray(value if _count(value, {}) <= most else None)
    except (ValueError, RecursionError):  # of unequal lengths, or nested without end
        array = np.asarray(None)
    # what is written is of single precision
    largest = np.finfo(np.float32).max
    if array.dtype.kind not in "iuf" or not array.ndim or not (np.abs(array) < largest).all():
        raise UserError(f"{path}: the array of {name} does not hold finite numbers.")
    return array.astype(np.float64)


def _count(value: Any, known: dict[int, float]) -> float:
    """Numbers of an array, or lists of lists and the numbers in them.

    A short nest may stand for billions; one that holds itself, or anything but numbers, is without
    bound.
    """
    if isinstance(value, np.ndarray):
        return value.size
    if not isinstance(value, list | tuple):
        return 1 if isinstance(value, int | float | np.number) else math.inf
    if id(value) not in known:
        known[id(value)] = math.inf  # of a list that holds itself
        known[id(value)] = 1 + sum(_count(part, known) for part in value)
    return known[id(value)]


def _read_speakers(path: Path) -> dict[str, str]:
    try:
        _, rows = read_table(path, ("name", "speaker"))
        return {row["name"]: row["speaker"] for row in rows}
    except (OSError, DamagedError) as error:
        raise UserError(
            f"{path} cannot be read as a table of speakers: give a TSV with the columns name and "
            "speaker."
        ) from error


def _write_split(clips: list[_Clip], speakers: list[str], folder: Path, feature: str) -> None:
    lengths = [len(clip.landmarks) for clip in clips]
    count = len(clips)
    arrays = {
        "landmarks": _end_to_end([clip.landmarks for clip in clips], 204),
        "quaternions": _end_to_end([clip.quaternions for clip in clips], 4),
        "translations": _end_to_end([clip.translations for clip in clips], 3),
        # what pickles do not hold has no rows
        "mel": np.zeros((0, _BANDS), np.float32),
        "f0": np.zeros(0, np.int16),
        feature: _end_to_end([clip.feature for clip in clips], _BANDS),
        "faces": np.array(
            [clip.landmarks[most_closed_frame(clip.landmarks)] for clip in clips], np.float32
        ).reshape(count, 204),
        "embeddings": np.array([clip.embedding for clip in clips], np.float32).reshape(
            count, _EMBEDDING
        ),
    }
    for name, array in arrays.items():
        with written_whole(folder / f"{name}.npy") as part:
            np.save(part, array)
    write_json(
        folder / INDEX,
        {
            "offsets": np.cumsum([0, *lengths]).tolist(),
            "speakers": speakers,
            "names": [clip.name for clip in clips],
            "digest": digest_of(
                [hashlib.sha256(array.tobytes()).hexdigest() for array in arrays.values()], speakers
            ),
        },
    )


def _end_to_end(arrays: list[Array], width: int) -> Array:
    return np.concatenate([np.zeros((0, width)), *arrays]).astype(np.float32)


def _speaker(name: str, who: Mapping[str, str] | None, table: Path | None) -> str:
    if who is None:
        return name
    if not who.get(name):
        raise UserError(f"{table} names no speaker for the video {name}; add a row for it.")
    return who[name]
