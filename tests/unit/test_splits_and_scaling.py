"""Splits are stable; scaling is the training split's mean and standard deviation."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mit_core.corpus.scaling import running_mean_std
from mit_core.corpus.shards import Item, write_index
from mit_core.corpus.splits import assign_splits, read_splits, write_splits
from mit_core.errors import UserError

DRAW = {"by": "segment", "val": 0.1, "test": 0.1, "seed": 0}
names = st.lists(st.text("abcdef0123", min_size=3, max_size=8), unique=True, min_size=60)


def items(clips, speaker=lambda name: name[0], split="") -> list[Item]:
    return [
        Item(id=f"{clip}.{n:03d}", clip=clip, speaker=speaker(clip), split=split)
        for clip in clips
        for n in range(2)
    ]


@given(names)
def test_parts_of_a_clip_go_together(clips: list[str]) -> None:
    splits = assign_splits(items(clips), **DRAW)
    assert all(splits[f"{clip}.000"] == splits[f"{clip}.001"] for clip in clips)


@given(names, st.text("xyz", min_size=3, max_size=8))
def test_adding_a_clip_moves_none_of_a_large_corpus(clips: list[str], new: str) -> None:
    before = assign_splits(items(clips), **DRAW)
    after = assign_splits(items([*clips, new]), **DRAW)
    if {"val", "test"} <= set(before.values()):  # else the nearest clip filled a gap
        moved = {name for name in before if before[name] != after[name]}
        assert not moved


@given(st.lists(st.text("abc", min_size=1, max_size=6), unique=True, min_size=3, max_size=12))
def test_no_wanted_split_stays_empty(clips: list[str]) -> None:
    assert set(assign_splits(items(clips), **DRAW).values()) == {"train", "val", "test"}


def test_one_long_clip_still_trains_and_tests() -> None:
    parts = [Item(id=f"a.{n:03d}", clip="a", speaker="s", split="") for n in range(30)]
    assert set(assign_splits(parts, **DRAW).values()) == {"train", "val", "test"}
    assert set(assign_splits(parts[:1], **DRAW).values()) == {"train"}
    assert sorted(assign_splits(parts[:2], **DRAW).values()) == ["test", "train"]


def test_one_speakers_clips_cannot_be_fixed_to_two_splits() -> None:
    both = [
        Item(id="x.000", clip="x", speaker="s", split="train"),
        Item(id="y.000", clip="y", speaker="s", split="test"),
    ]
    assert assign_splits(both, **DRAW) == {"x.000": "train", "y.000": "test"}
    with pytest.raises(UserError, match=r"x \(train\) and y \(test\)"):
        assign_splits(both, **{**DRAW, "by": "speaker"})


def test_splits_round_trip(tmp_path: Path) -> None:
    write_index(tmp_path / "speech.json", items([f"clip{n}" for n in range(20)]))
    write_splits([tmp_path / "speech.json"], tmp_path / "splits.tsv", split=DRAW)
    listed = items([f"clip{n}" for n in range(20)])
    assert read_splits(tmp_path / "splits.tsv") == assign_splits(listed, **DRAW)


def test_fixed_split_wins_and_speakers_stay_together() -> None:
    fixed = assign_splits(items(["a"], split="test") + items(["b", "c", "d"]), **DRAW)
    assert fixed["a.000"] == "test"
    by_speaker = assign_splits(
        items([f"{s}{n}" for s in "abcdefghij" for n in range(5)]), **{**DRAW, "by": "speaker"}
    )
    for speaker in "abcdefghij":
        assert len({split for name, split in by_speaker.items() if name[0] == speaker}) == 1


def test_fractions_are_about_right() -> None:
    splits = list(assign_splits(items([f"clip{n}" for n in range(2000)]), **DRAW).values())
    assert 0.08 < splits.count("val") / len(splits) < 0.12
    assert 0.08 < splits.count("test") / len(splits) < 0.12


blocks = st.lists(
    st.integers(0, 30).flatmap(
        lambda n: arrays(np.float32, (n, 3), elements=st.floats(-100, 100, width=32))
    ),
    min_size=1,
    max_size=6,
)


@given(blocks)
def test_running_moments_equal_numpy(parts: list[np.ndarray]) -> None:
    whole = np.concatenate(parts).astype(np.float64)
    mean, std, frames = running_mean_std(parts)
    assert frames == len(whole)
    if frames:
        np.testing.assert_allclose(mean, whole.mean(axis=0), atol=1e-6)
        np.testing.assert_allclose(std, whole.std(axis=0), atol=1e-6)
