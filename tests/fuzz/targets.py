"""What is fuzzed: readers of files that may be a stranger's, or damaged, each under a name.

The law of all of them: any bytes give a value of the documented shape, or a ``UserError``; nothing
else is raised, no code runs, nothing is written outside of the folder, and little room is taken.
A target that reads several files takes them from one input, each behind a line ``--- name``.
"""

import pickle
import re
import resource
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mit_core.animation.animation import load_animation
from mit_core.arrays import read_array, read_arrays
from mit_core.corpus.catalogue import Clip, list_clips
from mit_core.corpus.choice import write_choice
from mit_core.corpus.dump import open_split, open_voices
from mit_core.corpus.footage import open_footage
from mit_core.corpus.imports import import_dump
from mit_core.corpus.lags import read_shifts
from mit_core.corpus.quality_table import read_quality
from mit_core.corpus.shards import Item, Product, read_index, work_shard
from mit_core.corpus.splits import read_splits
from mit_core.corpus.sync_table import read_rejected
from mit_core.errors import UserError
from mit_core.faces.export_text import read_landmark_text
from mit_core.faces.landmark_table import read_landmark_table
from mit_core.faces.puppet_beside import is_puppet, puppet_beside
from mit_core.faces.puppet_files import read_puppet
from mit_core.media.audio import read_audio
from mit_core.media.image import read_image
from mit_core.media.picture_kinds import seems_picture
from mit_core.models.adoption import adopt_autovc
from mit_core.models.autovc_checkpoint import load_autovc, load_autovc_start
from mit_core.models.awing_checkpoint import load_awing
from mit_core.models.checkpoint import load_content, load_weights
from mit_core.models.constants import read_constants
from mit_core.models.content import ContentBranch
from mit_core.models.published import PUBLISHED, read_published
from mit_core.models.speaker_checkpoint import load_speaker
from mit_core.models.syncnet import load_syncnet
from mit_core.models.tensors import read_tensors
from mit_core.models.translation_checkpoint import load_translation
from mit_core.models.voice_target import read_embedding
from mit_core.report.groups import read_groups
from mit_core.report.tables import is_numeric, read_history, read_rows
from mit_core.speech.features import load_speech
from mit_core.training.table import write_training_table
from mit_core.unpickling import read_plain_pickle

from .checkpoints import hostile_values, small_checkpoints
from .pickle_programs import program
from .watch import Watch

Target = Callable[[bytes, Path], None]
MOST_GROWN = 512
"""MB that one input may make the process larger by; inputs are of some kB."""
MOST_GROWN_BY_PIXELS = 1280
"""The same of a picture, which may be as large as any that is read."""
LONGEST_MESSAGE = 5000
"""Characters: a person reads it."""
_WATCH = Watch()


def survives(name: str, data: bytes, folder: Path) -> UserError | None:
    """Give an input to a target; the error that its user would read, if it ends with one.

    Raises:
        Exception: the law is broken.
    """
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told = None
    with _WATCH.on(folder), np.errstate(all="ignore"):
        try:
            TARGETS[name](data, folder)
        except UserError as error:
            told = error
    if told is not None:
        assert 10 < len(str(told)) < LONGEST_MESSAGE, f"a message of {len(str(told))} characters"
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < (MOST_GROWN_BY_PIXELS if name == "picture" else MOST_GROWN), (
        f"{len(data)} bytes took {grown:.0f} MB"
    )
    return told


def _each(*reads: Callable[[], Any]) -> None:
    """All of them; the first one's error for the user where none has come to a value."""
    errors = []
    for read in reads:
        try:
            read()
        except UserError as error:
            errors.append(error)
    if len(errors) == len(reads):
        raise errors[0]


def _parts(data: bytes) -> dict[str, bytes]:
    _, *pieces = re.split(rb"^--- (\w+)\n", data, flags=re.MULTILINE)
    return {name.decode(): part for name, part in zip(pieces[::2], pieces[1::2], strict=True)}


def _file(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def sample_sheet(data: bytes, folder: Path) -> None:
    clips = list_clips(str(_file(folder, "clips.tsv", data)))
    assert clips and all(isinstance(clip, Clip) and clip.id and clip.video for clip in clips)
    assert all(re.fullmatch(r"[\w.\-]{1,108}", clip.id) for clip in clips)
    assert len({clip.id for clip in clips}) == len(clips)


def table(data: bytes, folder: Path) -> None:
    path = _file(folder, "table.tsv", data)

    def rows() -> None:
        header, rows = read_rows(path)
        for row in rows:
            assert {*row} == {*header}
            assert all(isinstance(cell, str) for cell in row.values())
        for name in header:
            is_numeric([row[name] for row in rows])

    def shifts() -> None:
        assert all(isinstance(shift, int) for shift in read_shifts(path).values())

    _each(
        rows,
        shifts,
        lambda: read_history(path),
        lambda: read_splits(path),
        lambda: read_rejected(path),
        lambda: read_quality(path),
        lambda: open_footage(path, folder / "shards", "train"),
        lambda: write_choice(path, folder / "out.json", requested="auto", checkpoint_given=False),
    )


def shard_index(data: bytes, folder: Path) -> None:
    for item in read_index(_file(folder, "media.json", data)):
        assert isinstance(item.id, str) and isinstance(item.data, dict) and item.seconds >= 0


def done_record(data: bytes, folder: Path) -> None:
    """Whatever a record says, the item is kept or worked anew."""
    stage = folder / "shards" / "0000" / "media"
    (stage / "a").mkdir(parents=True, exist_ok=True)
    _file(stage / "a", "done.json", data)
    done = work_shard(
        [Item("a", "a", "someone", "")],
        stage,
        results=folder,
        settings={},
        code="",
        work=lambda item, home: [Product("a", 1.0)],
    )
    assert all(isinstance(item, Item) and isinstance(item.reason, str) for item in done)


def dump_index(data: bytes, folder: Path) -> None:
    _file(folder, "index.json", data)
    widths = {"landmarks": 204, "quaternions": 4, "translations": 3, "mel": 80}
    for name, width in widths.items():
        np.save(folder / f"{name}.npy", np.zeros((3, width), np.float32))
    np.save(folder / "f0.npy", np.zeros(3, np.int16))
    np.save(folder / "faces.npy", np.zeros((1, 204), np.float32))
    np.save(folder / "embeddings.npy", np.zeros((1, 256), np.float32))

    def split() -> None:
        split = open_split(folder)
        assert len(split) == 1 and [len(heard) for heard, _ in split] == [3]

    _each(split, lambda: open_voices(folder))


def groups(data: bytes, folder: Path) -> None:
    for group in read_groups(_file(folder, "talking.json", data)):
        assert isinstance(group.title, str) and len(group.names) == len(group.files)


def run_record(data: bytes, folder: Path) -> None:
    write_training_table([_file(folder, "run.json", data)], folder / "training.tsv")


_PUPPET = {
    "open": "_face_open_mouth.txt",
    "open_norm": "_face_open_mouth_norm.txt",
    "closed": "_face_close_mouth.txt",
    "triangles": "_delauney_tri.txt",
    "scale_shift": "_scale_shift.txt",
}


def puppet(data: bytes, folder: Path) -> None:
    for ending in _PUPPET.values():
        (folder / f"me{ending}").unlink(missing_ok=True)
    for name, part in _parts(data).items():
        if name in _PUPPET:
            _file(folder, f"me{_PUPPET[name]}", part)
    picture = folder / "me.png"
    assert is_puppet(picture) == bool(puppet_beside(picture))
    read = read_puppet(picture, 64, 64)
    assert read.open.shape == read.closed.shape == (68, 2)
    assert np.isfinite(read.closed).all()
    assert read.triangles.ndim == 2 and read.triangles.shape[1] == 3
    assert read.triangles.min() >= 0 and read.triangles.max() < len(read.vertices(read.open))


def picture(data: bytes, folder: Path) -> None:
    path = _file(folder, "me.png", data)
    seems_picture(path)
    read = read_image(path)
    assert seems_picture(path)
    assert read.ndim == 3 and read.shape[2] in (3, 4) and read.dtype == np.uint8


def sound(data: bytes, folder: Path) -> None:
    heard = read_audio(_file(folder, "a.wav", data))
    assert heard.ndim == 1 and heard.dtype == np.float32


def landmark_table(data: bytes, folder: Path) -> None:
    points = read_landmark_table(_file(folder, "me.landmarks.tsv", data))
    assert points.shape == (68, 3) and points.dtype == np.float32 and np.isfinite(points).all()


def landmark_text(data: bytes, folder: Path) -> None:
    rows = read_landmark_text(_file(folder, "rows.txt", data))
    assert rows.ndim == 2 and rows.shape[1] == 204 and rows.dtype == np.float32


def constants(data: bytes, folder: Path) -> None:
    parts = _parts(data)
    for key, name in (
        ("face", "STD_FACE_LANDMARKS.txt"),
        ("scaling", "MEAN_STD_AUTOVC_RETRAIN_MEL_AU.txt"),
        ("target", "obama_emb.txt"),
    ):
        _file(folder, name, parts.get(key, b""))
    known = read_constants(folder)
    assert known.standard_face.shape == (68, 3) and known.target.shape == (256,)
    assert known.mean.shape == known.std.shape == (80,) and (known.std > 0).all()


def embedding_text(data: bytes, folder: Path) -> None:
    _embedding(_file(folder, "voice.txt", data))


def embedding_array(data: bytes, folder: Path) -> None:
    _embedding(_file(folder, "voice.npy", data))


def _embedding(path: Path) -> None:
    values = read_embedding(path)
    assert values.shape == (256,) and values.dtype == np.float32 and np.isfinite(values).all()


def array(data: bytes, folder: Path) -> None:
    path = _file(folder, "a.npy", data)
    read = read_array(path)
    assert read.nbytes <= len(data) and read.dtype.kind in "biufcSU"
    mapped = read_array(path, mapped=True)
    assert mapped.shape == read.shape and mapped.tobytes() == read.tobytes()


def arrays(data: bytes, folder: Path) -> None:
    path = _file(folder, "a.npz", data)

    def speech() -> None:
        read = load_speech(path)
        assert read.mel.shape == (len(read.f0_log), 80) and read.embedding.shape == (256,)

    def animation() -> None:
        read = load_animation(path)
        assert read.landmarks.shape == (len(read.mouth_opening), 68, 3)

    _each(lambda: read_arrays(path, ("landmarks",)), speech, animation)


def plain_pickle(data: bytes, folder: Path) -> None:
    _plain(read_plain_pickle(_file(folder, "a.pickle", data)))


def _plain(value: Any) -> None:
    """Nothing but data, down to where a short nest would take for ever."""
    seen: set[int] = set()
    rest = [value]
    while rest:
        value = rest.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, dict):
            rest += [*value, *value.values()]
        elif isinstance(value, list | tuple | set | frozenset):
            rest += value
        elif isinstance(value, np.ndarray):
            assert value.dtype.kind in "biufcSU"
            value.tobytes()
        elif isinstance(value, torch.Tensor):
            assert value.numel() <= 16
            value.clone()
        elif isinstance(value, torch.dtype):
            continue
        else:
            module = type(value).__module__
            known = ("builtins", "numpy", "mit_core.plain_data", "mit_core.models.tensor_files")
            assert module in known, type(value)


def pickle_program(data: bytes, folder: Path) -> None:
    plain_pickle(program(data), folder)


def tensor_program(data: bytes, folder: Path) -> None:
    path = folder / "a.pth"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/data.pkl", b"\x80\x02}\x8c\x01G" + program(data)[2:-1] + b"s.")
        archive.writestr("a/data/0", bytes(range(16)))
    _plain(read_tensors(path))


def import_pickles(data: bytes, folder: Path) -> None:
    """Which of the pickles the bytes are is told by the first one."""
    count = 4
    face = np.zeros((count, 68, 3))
    face[:, :, 0] = np.linspace(-0.8, 0.8, 68)
    face[:, 16, 0] = 0.8
    about = (0, "a.mp4", np.ones(256))
    written = {
        "fl": [(face.reshape(count, 204), about)],
        "au": [(np.zeros((count, 80)), about)],
        "gaze": {"rot_trans": [np.tile(np.eye(3, 4), (count, 1, 1))]},
    }
    kind = list(written)[data[0] % 3] if data else "fl"
    for name, value in written.items():
        raw = data[1:] if name == kind else _pickled(value)
        _file(folder, f"set_train_{name}.pickle", raw)
    home = folder / "dump"
    import_dump(folder / "set", {"train": home})
    back = open_split(home, "autovc")
    assert len(back) == len(back.names) and np.isfinite(back.landmarks).all()


def _pickled(value: Any) -> bytes:
    return pickle.dumps(value)


_BRANCH = ContentBranch()


def checkpoint(data: bytes, folder: Path) -> None:
    path = _file(folder, "best.pt", data)
    read_tensors(path)
    _each(
        *(lambda read=read: read(path) for read in _OURS),
        lambda: load_syncnet(path),
        lambda: load_weights(_BRANCH, path),
        lambda: load_autovc_start(path),
        lambda: adopt_autovc(path, None, folder / "adopted.pt"),
        *(lambda kind=kind: read_published(kind, path) for kind in PUBLISHED),
    )


def _content(path: Path) -> None:
    read = load_content(path)
    features = np.zeros((20, read.model.dims.features), np.float32)
    assert read.predict(features).shape == (20, 204)


def _speaker(path: Path) -> None:
    read = load_speaker(path)
    features = np.zeros((20, read.model.dims.features), np.float32)
    spoken = np.zeros(read.model.dims.embedding, np.float32)
    assert read.predict(features, spoken).shape == (20, 204)


def _autovc(path: Path) -> None:
    read = load_autovc(path)
    assert read.target.shape == (256,) and len(read.digest) == 16


def _image(path: Path) -> None:
    read = load_translation(path)
    side = read.model.multiple
    blank = np.zeros((1, side, side, 3), np.uint8)
    if side <= 64:
        assert read.frames(read.inputs(blank, blank)).shape == (1, 3, side, side)


def _awing(path: Path) -> None:
    assert load_awing(path).size >= 64


_OURS = (_content, _speaker, _autovc, _image, _awing)
"""Readers of the networks of ``checkpoints.checkpoints``, in its order."""
_KINDS, _VALUES = small_checkpoints(), hostile_values()


def checkpoint_entries(data: bytes, folder: Path) -> None:
    """A good checkpoint of which the input replaces entries: three bytes a change."""
    path = folder / "best.pt"
    kind = data[0] % len(_KINDS) if data else 0
    content = dict(_KINDS[kind])
    for where, within, which in zip(data[1::3], data[2::3], data[3::3], strict=False):
        name = sorted(content)[where % len(content)]
        value = _VALUES[which % len(_VALUES)]
        entry = content[name]
        if isinstance(entry, dict) and entry and within:
            content[name] = {**entry, sorted(entry)[within % len(entry)]: value}
        elif within % 16 == 15:
            del content[name]
            if not content:
                break
        else:
            content[name] = value
    torch.save(content, path)
    _OURS[kind](path)


_ALL: tuple[tuple[Target, ...], ...] = (
    (sample_sheet, table, shard_index, done_record, dump_index, groups, run_record),
    (puppet, picture, sound, landmark_table, landmark_text, constants),
    (embedding_text, embedding_array, array, arrays),
    (plain_pickle, pickle_program, tensor_program, import_pickles),
    (checkpoint, checkpoint_entries),
)
TARGETS: dict[str, Target] = {target.__name__: target for some in _ALL for target in some}
