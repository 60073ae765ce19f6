"""Pickles in the published layout become a dump, and a dump's pickles the same dump again."""

import pickle
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from mit_core.corpus.dump import INDEX, open_split, open_voices
from mit_core.corpus.imports import import_dump
from mit_core.corpus.pickles import dump_pickles
from mit_core.errors import UserError
from mit_core.faces.mouth import most_closed_frame
from mit_core.faces.registration import head_pose, published_pose
from mit_core.faces.standard_face import standard_face
from mit_core.files import write_json

KINDS = ("fl", "au", "gaze")


def write_dump(folder: Path, lengths: tuple[int, ...], feature: str = "mel", seed: int = 0) -> None:
    """A dump of random motion on the standard face."""
    rng = np.random.default_rng(seed)
    offsets, count = np.cumsum([0, *lengths]), len(lengths)
    frames = int(offsets[-1])
    quaternions = rng.standard_normal((frames, 4)) * 0.1 + (1, 0, 0, 0)
    landmarks = standard_face().ravel() + 0.01 * rng.standard_normal((frames, 204))
    embeddings = rng.uniform(0, 1, (count, 256))
    arrays = {
        "landmarks": landmarks,
        "quaternions": quaternions / np.linalg.norm(quaternions, axis=1, keepdims=True),
        "translations": rng.standard_normal((frames, 3)),
        feature: rng.uniform(0, 1, (frames, 80)),
        "embeddings": embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True),
        "faces": [landmarks[a:b][most_closed_frame(landmarks[a:b])] for a, b in pairwise(offsets)],
    }
    folder.mkdir(parents=True)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", np.asarray(array, np.float32))
    names = [f"clip {i} 앤" for i in range(count)]
    write_json(
        folder / INDEX,
        {"offsets": offsets.tolist(), "speakers": names, "names": names, "digest": "d"},
    )
    if feature != "mel":
        write_json(folder / f"{feature}.json", {"maker": "imported"})


def pickles(prefix: Path, folder: Path, split: str, feature: str = "mel") -> dict[str, Path]:
    paths = {kind: Path(f"{prefix}_{split}_{kind}.pickle") for kind in KINDS}
    dump_pickles(folder, feature, **paths)
    return paths


@pytest.mark.parametrize("feature", ["mel", "autovc"])
def test_a_dump_survives_its_pickles(tmp_path, feature):
    lengths = {"train": (30, 7, 12), "val": (9,)}
    for seed, (split, parts) in enumerate(lengths.items()):
        write_dump(tmp_path / split, parts, feature, seed)
        pickles(tmp_path / "set", tmp_path / split, split, feature)
    folders = {split: tmp_path / "back" / split for split in ("train", "val", "test")}
    import_dump(tmp_path / "set", folders, feature=feature)
    for split in lengths:
        given, back = (open_split(home, feature) for home in (tmp_path / split, folders[split]))
        assert back.names == given.names and back.feature == given.feature
        assert back.speakers == back.names
        for name in ("landmarks", "features", "offsets", "faces", "embeddings", "translations"):
            np.testing.assert_allclose(getattr(back, name), getattr(given, name), atol=2e-6)
        # the two signs of a quaternion are one rotation
        cosines = np.abs((back.quaternions * given.quaternions).sum(axis=1))
        np.testing.assert_allclose(cosines, 1, atol=1e-6)
        with pytest.raises(UserError, match="do not hold f0" if feature == "mel" else "hold mel"):
            open_voices(folders[split])
    assert len(open_split(folders["test"], feature)) == 0
    digests = {open_split(folders[split], feature).digest for split in folders}
    assert len(digests) == 3


def test_pose_goes_there_and_back():
    rng = np.random.default_rng(0)
    quaternions = rng.standard_normal((5, 4)) * 0.2 + (1, 0, 0, 0)
    quaternions /= np.linalg.norm(quaternions, axis=1, keepdims=True)
    places = rng.standard_normal((5, 3))
    turned, place = head_pose(published_pose(quaternions, places)[0])
    np.testing.assert_allclose(turned, quaternions, atol=1e-12)
    np.testing.assert_allclose(place, places, atol=1e-12)


@pytest.fixture
def written(tmp_path):
    write_dump(tmp_path / "train", (30, 7))
    return pickles(tmp_path / "set", tmp_path / "train", "train")


def imported(tmp_path, **options):
    import_dump(tmp_path / "set", {"train": tmp_path / "back"}, feature="mel", **options)
    return open_split(tmp_path / "back")


def test_without_gaze_the_heads_are_still(tmp_path, written):
    written["gaze"].unlink()
    back = imported(tmp_path)
    np.testing.assert_array_equal(back.quaternions, np.tile([1.0, 0, 0, 0], (37, 1)))
    np.testing.assert_array_equal(back.translations, 0)


def test_a_table_tells_the_speakers(tmp_path, written):
    table = tmp_path / "speakers.tsv"
    table.write_text("name\tspeaker\nclip 0 앤\tann\nclip 1 앤\tann\n", encoding="utf-8")
    assert imported(tmp_path, speakers=table).speakers == ("ann", "ann")
    table.write_text("name\tspeaker\nclip 0 앤\tann\n", encoding="utf-8")
    with pytest.raises(UserError, match="no speaker for the video clip 1"):
        imported(tmp_path, speakers=table)
    for text in ("video\nx\n", ""):
        table.write_text(text)
        with pytest.raises(UserError, match=r"speakers\.tsv"):
            imported(tmp_path, speakers=table)


class Touch:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def remake(change):
    """A change of a pickle's content."""

    def spoil(path: Path):
        content = pickle.loads(path.read_bytes())
        path.write_bytes(pickle.dumps(change(content), protocol=4))

    return spoil


@pytest.mark.parametrize(
    ("kind", "spoil", "said"),
    [
        ("fl", Path.unlink, "does not exist"),
        ("au", Path.unlink, "does not exist"),
        ("fl", lambda path: path.write_bytes(b"no pickle"), "cannot be read"),
        ("au", remake(lambda c: c[:1]), "different sets"),
        ("au", remake(lambda c: c[::-1]), "not in the same order"),
        ("fl", remake(lambda c: [c[0], c[0]]), "not in the same order"),
        ("fl", remake(lambda c: [(x[:, :99], i) for x, i in c]), r"shape \(30, 99\)"),
        ("fl", remake(lambda c: [(x * 100, i) for x, i in c]), "head of clip 0 .* wide"),
        ("fl", remake(lambda c: [(x * np.nan, i) for x, i in c]), "finite"),
        ("fl", remake(lambda c: [("x", i) for _, i in c]), "finite numbers"),
        ("fl", remake(lambda c: {"a": c}), "no list of"),
        ("fl", remake(lambda c: [(x, (0, 1)) for x, _ in c]), "no name"),
        ("au", remake(lambda c: [(x[:-1], i) for x, i in c]), r"shape \(29, 80\)"),
        ("au", remake(lambda c: [(x, i[:2]) for x, i in c]), "embedding"),
        ("gaze", remake(lambda c: c["rot_quat"]), "rot_trans"),
        ("gaze", remake(lambda c: {"rot_trans": c["rot_quat"]}), r"shape \(30, 4\)"),
        ("gaze", remake(lambda c: c | {"rot_trans": c["rot_trans"][:1]}), "2 clips"),
    ],
)
def test_pickles_that_do_not_fit_are_named(tmp_path, written, kind, spoil, said):
    spoil(written[kind])
    with pytest.raises(UserError, match=said) as caught:
        imported(tmp_path)
    assert written[kind].name in str(caught.value)
    assert not (tmp_path / "back").exists()


def test_a_hostile_pickle_runs_nothing(tmp_path, written):
    touched = tmp_path / "touched"
    written["gaze"].write_bytes(pickle.dumps({"rot_trans": [Touch(touched)]}))
    with pytest.raises(UserError, match="more than arrays"):
        imported(tmp_path)
    assert not touched.exists()
