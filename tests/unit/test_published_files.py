"""Files of strangers: plain data and tensors are read in every format, and nothing runs."""

import collections
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays, scalar_dtypes

from mit_core.errors import UserError
from mit_core.models.published import (
    PUBLISHED,
    fill,
    published_file,
    read_published,
    write_published,
)
from mit_core.models.tensors import read_tensors, write_tensors
from mit_core.plain_data import Plain
from mit_core.unpickling import read_plain_pickle

CODE = "Strangers' files: pickles and checkpoints that want to run code"
DAMAGE = "Strangers' files: damaged pickles and checkpoints"

PROTOCOLS = range(2, pickle.HIGHEST_PROTOCOL + 1)


def network() -> torch.nn.Module:
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))


class Touch:
    """Unpickled by the usual way, it makes a file."""

    def __init__(self, path: Path, by: str):
        self.path, self.by = path, by

    def __reduce__(self):
        if self.by == "os.system":
            return os.system, (f"touch {self.path}",)
        if self.by == "eval":
            return eval, (f"open({str(self.path)!r}, 'w')",)
        return Path.touch, (self.path,)


def hostile(path: Path) -> list[object]:
    objects = np.empty(1, dtype=object)
    objects[0] = Touch(path, "os.system")
    touches = [Touch(path, by) for by in ("os.system", "eval", "Path.touch")]
    return [*touches, {"a": [(1, touches[0])]}, objects]


@pytest.mark.survives(CODE)
@pytest.mark.parametrize("case", range(5))
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_hostile_pickle_runs_nothing(tmp_path, case, protocol):
    touched = tmp_path / "touched"
    path = tmp_path / "fl.pickle"
    path.write_bytes(pickle.dumps(hostile(touched)[case], protocol=protocol))
    with pytest.raises(UserError, match=r"more than arrays") as caught:
        read_plain_pickle(path)
    assert str(path) in str(caught.value)
    assert not touched.exists()
    if case != 2:  # the file is what it is taken for
        pickle.loads(path.read_bytes())
        assert touched.exists()


@pytest.mark.survives(CODE)
@pytest.mark.parametrize("case", range(5))
@pytest.mark.parametrize("zipped", [True, False])
def test_a_hostile_checkpoint_runs_nothing(tmp_path, case, zipped):
    touched = tmp_path / "touched"
    path = tmp_path / "ckpt_speaker_branch.pth"
    content = {"G": network().state_dict(), "opt": hostile(touched)[case]}
    torch.save(content, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(UserError, match="more than tensors") as caught:
        read_published("speaker", path)
    assert str(path) in str(caught.value)
    assert not touched.exists()


@pytest.mark.survives(CODE)
def test_the_refused_name_is_told(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(pickle.dumps(Touch(path, "eval"), protocol=4))
    with pytest.raises(UserError, match=r"builtins\.eval"):
        read_plain_pickle(path)
    torch.save({"G": Touch(path, "os.system")}, path)
    with pytest.raises(UserError, match=r"posix\.system"):
        read_tensors(path)
    torch.save({"G": network()}, path)
    with pytest.raises(UserError, match=r"torch\.nn\.modules\.\S+Sequential"):
        read_tensors(path)


@pytest.mark.survives(CODE)
def test_a_pickle_cannot_change_what_reads_it(tmp_path):
    path = tmp_path / "a.pickle"
    # BUILD on the callable that makes element types, with a state that would replace what it calls
    path.write_bytes(b"\x80\x02cnumpy\ndtype\n}X\x05\x00\x00\x00_makeNsb.")
    with pytest.raises(UserError, match="change of a callable"):
        read_plain_pickle(path)
    with pytest.raises(pickle.UnpicklingError):
        Plain(dict)._make = eval


@pytest.mark.survives(DAMAGE)
@pytest.mark.parametrize("content", [b"", b"\x80\x04", b"nothing", b"\x80\x04]a.", b"(" * 99])
def test_damaged_pickles_are_named(tmp_path, content):
    path = tmp_path / "a.pickle"
    path.write_bytes(content)
    with pytest.raises(UserError, match="cannot be read as a pickle"):
        read_plain_pickle(path)
    with pytest.raises(UserError, match="does not exist"):
        read_plain_pickle(tmp_path / "b.pickle")


@pytest.mark.survives(DAMAGE)
@given(cut=st.integers(0, 400), flip=st.integers(0, 400), value=st.integers(0, 255))
def test_any_damage_ends_in_words_or_in_data(tmp_path_factory, cut, flip, value):
    data = {"rot_trans": [np.zeros((2, 3), np.float32)], "names": [(1, "앤", np.float64(2))]}
    raw = bytearray(pickle.dumps(data, protocol=4))
    raw[flip % len(raw)] = value
    path = tmp_path_factory.mktemp("damage") / "a.pickle"
    path.write_bytes(raw[: len(raw) - cut % 3])
    try:
        read_plain_pickle(path)
    except UserError as error:
        assert str(path) in str(error)


@pytest.mark.survives(DAMAGE)
@pytest.mark.parametrize("zipped", [False, True])
def test_a_checkpoint_cut_anywhere_ends_in_words_or_in_data(tmp_path, survival, zipped):
    path = tmp_path / "a.pth"
    torch.save({"G": network().state_dict()}, path, _use_new_zipfile_serialization=zipped)
    whole = path.read_bytes()
    lengths = range(0, len(whole), 5)
    survival.tried(len(lengths))
    for length in lengths:
        path.write_bytes(whole[:length])
        try:
            read_tensors(path)
        except UserError as error:
            assert str(path) in str(error)


NUMBERS = arrays(
    scalar_dtypes().filter(lambda kind: kind.kind in "biufcU" and kind.itemsize <= 16),
    st.tuples(st.integers(0, 4), st.integers(0, 4)),
)


@given(numbers=NUMBERS, protocol=st.sampled_from(PROTOCOLS), by_columns=st.booleans())
def test_arrays_come_back_as_they_were(tmp_path_factory, numbers, protocol, by_columns):
    path = tmp_path_factory.mktemp("arrays") / "a.pickle"
    numbers = np.asfortranarray(numbers) if by_columns else numbers
    value = [(numbers, (0, "a.mp4", numbers[0] if len(numbers) else 1.5)), {"x": numbers.dtype.str}]
    path.write_bytes(pickle.dumps(value, protocol=protocol))
    (back, (_, name, _)), _ = read_plain_pickle(path)
    np.testing.assert_array_equal(np.asarray(back), numbers)
    assert back.dtype.newbyteorder("=") == numbers.dtype.newbyteorder("=")
    assert name == "a.mp4"
    scalars = numbers.ravel().tolist()[:1] + list(numbers.ravel()[:1])
    path.write_bytes(pickle.dumps(scalars, protocol=protocol))
    np.testing.assert_array_equal(read_plain_pickle(path), scalars)


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("kind", PUBLISHED)
def test_a_published_file_is_read_with_what_lies_beside(tmp_path, kind, zipped):
    model = network()
    optimiser = torch.optim.Adam(model.parameters())
    model(torch.ones(2, 3)).sum().backward()
    optimiser.step()
    weights = {f"module.{key}": value for key, value in model.state_dict().items()}
    weights["module.comb_mlp.0.weight" if kind != "speaker" else "comb_mlp.0.weight"] = torch.zeros(
        2, 2
    )
    content = {
        PUBLISHED[kind].entry: collections.OrderedDict(weights),
        "opt": optimiser,
        "state": optimiser.state_dict(),
        "loss": np.float64(0.5),
        "curve": np.arange(3.0, dtype=np.float32),
        "epoch": 3,
        "stamps": collections.defaultdict(list, a=[1]),
    }
    path = tmp_path / PUBLISHED[kind].name
    torch.save(content, path, _use_new_zipfile_serialization=zipped)
    assert zipfile.is_zipfile(path) == zipped

    back = read_tensors(path)
    assert back["loss"] == 0.5 and back["epoch"] == 3 and back["stamps"] == {"a": [1]}
    np.testing.assert_array_equal(back["curve"], [0, 1, 2])
    assert not vars(back["opt"])

    read = read_published(kind, path)
    assert ("comb_mlp.0.weight" in read) == (kind != "speaker")
    read.pop("comb_mlp.0.weight", None)
    other = network()
    fill(other, read, path)
    for key, value in model.state_dict().items():
        assert torch.equal(other.state_dict()[key], value)
    with pytest.raises(UserError, match="do not fit the Sequential"):
        fill(other, {"0.weight": torch.zeros(1)}, path)


@pytest.mark.parametrize("kind", PUBLISHED)
def test_a_written_published_file_is_in_the_oldest_format(tmp_path, kind):
    model = network()
    path = tmp_path / PUBLISHED[kind].name
    write_published(kind, model.state_dict(), path)
    assert not zipfile.is_zipfile(path)
    # as a stranger's code reads it, with nothing of ours
    raw = torch.load(path, weights_only=True)
    assert list(raw) == [PUBLISHED[kind].entry]
    assert list(raw[PUBLISHED[kind].entry]) == list(model.state_dict())
    for key, value in read_published(kind, published_file(tmp_path, kind)).items():
        assert torch.equal(value, model.state_dict()[key])


def test_missing_and_mistaken_files_are_named(tmp_path):
    with pytest.raises(UserError, match=r"ckpt_autovc\.pth"):
        published_file(tmp_path, "autovc")
    path = tmp_path / "ckpt_autovc.pth"
    torch.save({"G": {}}, path)
    with pytest.raises(UserError, match=r"no AutoVC generator.*'model'.*it has: G"):
        read_published("autovc", path)
    torch.save({"model": {"a": 3}}, path)
    with pytest.raises(UserError, match="no state dict"):
        read_published("autovc", path)


class OldTensor:
    """Pickled as torch before 0.4 did."""

    def __init__(self, values: torch.Tensor):
        self.values = values

    def __reduce__(self):
        values = self.values
        view = values.storage_offset(), tuple(values.size()), values.stride()
        return torch._utils._rebuild_tensor, (
            torch.storage.TypedStorage(
                wrap_storage=values.untyped_storage(), dtype=values.dtype, _internal=True
            ),
            *view,
        )


@pytest.mark.parametrize("zipped", [False, True])
def test_tensors_of_old_versions_are_read(tmp_path, zipped):
    """As in torchvision's VGG and face_alignment's files, which are older than torch 0.4."""
    values = torch.arange(6.0).reshape(2, 3)
    path = tmp_path / "old.pth"
    torch.save({"a": OldTensor(values)}, path, _use_new_zipfile_serialization=zipped)
    torch.testing.assert_close(read_tensors(path)["a"], values)


def test_what_was_read_can_be_written_and_read_again(tmp_path):
    first, second = tmp_path / "a.pt", tmp_path / "b.pt"
    milestones = collections.Counter({3: 1})
    torch.save({"a": np.arange(3), "milestones": milestones}, first)
    write_tensors(second, read_tensors(first))
    again = read_tensors(second)
    np.testing.assert_array_equal(again["a"], np.arange(3))
    assert again["milestones"] == {3: 1}
