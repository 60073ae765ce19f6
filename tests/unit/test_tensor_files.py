"""torch's files as this project's own reader reads them: all that torch saves, and no more."""

from typing import Any

import numpy as np
import pytest
import torch
from fuzz.make_seeds import SEEDS
from hypothesis import given, settings
from hypothesis import strategies as st

from mit_core.errors import UserError
from mit_core.models.tensors import read_tensors

ROOM = "Strangers' files: small files that claim much memory or time"

KINDS = [
    *(torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32),
    *(torch.int16, torch.int8, torch.uint8, torch.bool, torch.complex64, torch.complex128),
]


TENSORS = st.builds(
    lambda kind, shape, turned, cut: (
        torch.arange(int(np.prod(shape)) + cut).to(kind)[cut:].reshape(shape).permute(*turned)
    ),
    st.sampled_from(KINDS),
    st.just((2, 3, 2)),
    st.permutations(range(3)),
    st.integers(0, 2),
)


LEAVES = st.one_of(
    *(TENSORS, st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False)),
    *(st.text(st.characters(exclude_categories=["Cs"])), st.binary(max_size=300)),
    st.builds(lambda n: np.arange(n, dtype=np.float32), st.integers(0, 5)),
)


CONTENTS = st.dictionaries(
    st.text("ab.앤", max_size=4),
    st.recursive(
        LEAVES,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.tuples(inner, inner),
            st.dictionaries(
                st.one_of(st.integers(-(2**63), 2**63), st.text("ab", max_size=2)),
                inner,
                max_size=3,
            ),
        ),
        max_leaves=8,
    ),
    max_size=4,
)


def same(a: Any, b: Any) -> bool:
    if isinstance(a, torch.Tensor):
        return a.dtype == b.dtype and a.stride() == b.stride() and torch.equal(a, b)
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and a == b


@settings(max_examples=50)
@given(content=CONTENTS, zip_format=st.booleans())
def test_what_torch_saves_comes_back(tmp_path_factory, content, zip_format):
    path = tmp_path_factory.mktemp("saved") / "a.pt"
    torch.save(content, path, _use_new_zipfile_serialization=zip_format)
    assert same(content, read_tensors(path))


def test_tensors_that_share_numbers_still_do(tmp_path):
    whole = torch.arange(6.0)
    content = {"whole": whole, "part": whole[2:4], "twice": whole.view(2, 3)}
    for zip_format in (True, False):
        torch.save(content, tmp_path / "a.pt", _use_new_zipfile_serialization=zip_format)
        back = read_tensors(tmp_path / "a.pt")
        back["whole"][2] = 9
        assert back["part"].tolist() == [9, 3] and back["twice"][0, 2] == 9


@pytest.mark.survives(ROOM)
def test_a_tensor_beyond_its_storage_is_damage(tmp_path, survival):
    path = tmp_path / "a.pth"
    names = ("wide", "claimed", "stepped", "old_claimed", "expanded")
    survival.tried(len(names))
    for name in names:
        path.write_bytes((SEEDS / "checkpoint" / name).read_bytes())
        with pytest.raises(UserError, match=r"larger than|impossible|has \d+ bytes|not those"):
            read_tensors(path)
