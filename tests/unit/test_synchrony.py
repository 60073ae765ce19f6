"""Lips and sound: what is out of time or does not belong is told, and nothing else is."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sequence_makers import talking

from mit_core.corpus.dump import dump_arrays, open_split
from mit_core.corpus.lags import Segment, segments_of, write_lags
from mit_core.corpus.layout import REGISTERED, SPEECH, STAGES
from mit_core.corpus.matching import REACH, Stretch, match
from mit_core.corpus.shards import Item, write_index
from mit_core.corpus.splits import read_splits, write_splits
from mit_core.corpus.sync import moved_frames
from mit_core.corpus.sync_table import COLUMNS, read_rejected, write_sync
from mit_core.corpus.synchrony import DUBBED, IN_SYNC, OUT_OF_SYNC, find_synchrony
from mit_core.corpus.tables import tabulate_corpus
from mit_core.sequences import Sequences

LENGTH = 200
SPEAKERS = ("ann", "bob", "cyd", "dan")


def heard_late(clips: Sequences, frames: Mapping[int, int]) -> Sequences:
    """Some sequences seen so many frames before they are heard."""
    landmarks = clips.landmarks.copy()
    for index, lag in frames.items():
        span = clips.span(index)
        landmarks[span] = landmarks[span][moved_frames(span.stop - span.start, -lag)]
    return replace(clips, landmarks=landmarks)


def dubbed(clips: Sequences, *indices: int) -> Sequences:
    """Some sequences with a sound that nobody's lips follow."""
    features = clips.features.copy()
    for index in indices:
        span = clips.span(index)
        other = talking((span.stop - span.start,), 1000 + index)
        features[span] = other.features
    return replace(clips, features=features)


def chin_of(clips: Sequences, index: int) -> tuple[np.ndarray, np.ndarray]:
    """A sequence's mel, and the height of its chin."""
    span = clips.span(index)
    return clips.features[span], clips.landmarks[span].reshape(-1, 68, 3)[:, 8, 1:2]


def rejected(segments: list[Segment], **options) -> dict[str, tuple[str, int]]:
    found = find_synchrony(segments, **options)
    return {name: (f.verdict, f.offset) for name, f in found.items() if f.rejected}


@settings(max_examples=8)
@given(
    lag=st.integers(-45, 45), which=st.integers(0, 11), seed=st.integers(0, 99), many=st.booleans()
)
def test_a_lag_is_found_exactly_and_far_ones_are_rejected(
    lag: int, which: int, seed: int, many: bool
) -> None:
    speakers = SPEAKERS if many else ("ann",)
    clips = heard_late(talking((LENGTH,) * 12, seed, speakers), {which: lag})
    found = find_synchrony(segments_of(clips))
    assert {name: finding.offset for name, finding in found.items()} == {
        name: lag if index == which else 0 for index, name in enumerate(clips.names)
    }
    far = abs(lag) > 12
    verdicts = [found[name].verdict for name in clips.names]
    assert verdicts[which] == (OUT_OF_SYNC if far else IN_SYNC)
    assert verdicts.count(IN_SYNC) == 12 - far
    assert all(finding.judged == "clip" for finding in found.values())


def test_another_sound_is_told_and_nobody_else_suffers() -> None:
    right = wrong = 0
    for seed in range(8):
        which = {seed, seed + 5}
        clips = dubbed(talking((LENGTH,) * 16, seed), *which)
        found = rejected(segments_of(clips))
        replaced = {clips.names[index] for index in which}
        right += len(replaced & set(found))
        wrong += len(set(found) - replaced)
    assert right >= 12 and wrong == 0  # a strange sound may fit by chance


@settings(max_examples=6)
@given(count=st.integers(1, 14), length=st.integers(30, 150), seed=st.integers(0, 99))
def test_footage_that_teaches_nothing_loses_nothing(count: int, length: int, seed: int) -> None:
    """No lips follow any sound: one cannot tell, whether for want of skill or of truth."""
    clips = talking((length,) * count, seed, SPEAKERS)
    unrelated = dubbed(clips, *range(count))
    assert not rejected(segments_of(unrelated))
    still = np.tile(clips.faces[:1], (len(clips.landmarks), 1))
    assert not rejected(segments_of(replace(clips, landmarks=still)))


def test_few_clips_are_never_called_dubbed() -> None:
    """Two of them may disagree, and then nobody can say which is right."""
    for count in (1, 2, 3, 6):
        clips = dubbed(talking((LENGTH,) * count, count), 0)
        assert not rejected(segments_of(clips))
    halves = heard_late(talking((700, 700), 1, ("ann", "bob")), {1: 30})
    assert len(rejected(segments_of(halves))) <= 1
    assert find_synchrony([]) == {}


def test_not_more_than_half_is_ever_rejected() -> None:
    clips = talking((LENGTH,) * 20, 3)
    for bad in (8, 10, 12):
        half = heard_late(clips, dict.fromkeys(range(bad), 30))
        assert len(rejected(segments_of(half))) <= 10


def test_a_speaker_whose_clips_are_all_late_is_told_by_the_others() -> None:
    lengths = (60,) * 40  # too short, each, to be judged alone
    clips = talking(lengths, 4, SPEAKERS)
    late = {i: 20 for i, speaker in enumerate(clips.speakers) if speaker == "cyd"}
    found = find_synchrony(segments_of(heard_late(clips, late)))
    off = {name: f for name, f in found.items() if f.rejected}
    assert set(off) == {clips.names[index] for index in late}
    assert {(f.verdict, f.offset, f.judged) for f in off.values()} == {(OUT_OF_SYNC, 20, "speaker")}


def test_a_clip_that_is_moved_back_is_in_time() -> None:
    clips = heard_late(talking((LENGTH,) * 12, 5, SPEAKERS), {3: 10})
    moved = find_synchrony(segments_of(clips), {"clip3": 10})
    assert moved["clip3"].verdict == IN_SYNC and moved["clip3"].offset == 10
    wrongly = find_synchrony(segments_of(clips), {"clip3": -10})  # now 20 frames off
    assert wrongly["clip3"].verdict == OUT_OF_SYNC and wrongly["clip3"].offset == 10


def test_the_parts_of_a_clip_are_judged_together() -> None:
    clips = heard_late(talking((120,) * 24, 6), {0: 25, 1: 25})
    parts = [
        replace(segment, clip=f"whole{index // 2}")
        for index, segment in enumerate(segments_of(clips))
    ]
    found = find_synchrony(parts)
    assert len(found) == 12
    assert [name for name, f in found.items() if f.rejected] == ["whole0"]
    assert found["whole0"].seconds == pytest.approx(240 / 62.5)


@settings(max_examples=20)
@given(st.integers(-REACH, REACH), st.integers(0, 9))
def test_a_match_finds_any_lag_within_reach(lag: int, seed: int) -> None:
    clips = heard_late(talking((300,) * 5, seed), {2: lag})
    stretches = [
        Stretch(partial(chin_of, clips, i), 300, name, name) for i, name in enumerate(clips.names)
    ]
    found = match(stretches, {"clip2"})  # what is off need not teach
    assert found["clip2"].best == lag
    assert found["clip2"].stand_ins == 4 and found["clip1"].stand_ins == 3
    assert found["clip2"].learned == 1200 and found["clip2"].frames == 300
    assert match(stretches[:1]) == {}


@pytest.fixture
def shard(tmp_path: Path) -> Path:
    """A results folder; clip2 is 30 frames late, clip5 has a sound of its own."""
    clips = dubbed(heard_late(talking((LENGTH,) * 14, 7), {2: 30}), 5)
    items = []
    for index, name in enumerate(clips.names):
        span = clips.span(index)
        folder = tmp_path / "shards" / "0000" / "made" / name
        folder.mkdir(parents=True)
        np.savez(
            folder / REGISTERED,
            landmarks=clips.landmarks[span],
            quaternions=clips.quaternions[span],
            translations=clips.translations[span],
            face=clips.faces[index],
        )
        np.savez(
            folder / SPEECH,
            mel=clips.features[span],
            f0_classes=np.zeros(LENGTH, np.int16),
            embedding=clips.embeddings[index],
        )
        home = str(folder.relative_to(tmp_path))
        told = {"registered": home, "speech": home, "video": f"my {name}.mp4", "audio": ""}
        told |= {"start_frame": 0, "end_frame": 80, "detected_frames": 80}
        told |= {"f0_range": "low", "f0_check": ""}
        items.append(Item(name, name, "ann", "", LENGTH / 62.5, key=name, data=told))
    rest = Item("clip2@80-90", "clip2", "ann", "", 0.4, verdict="no_speech", reason="Silence.")
    for stage in STAGES:
        its = [*items, rest] if stage == "segment" else items
        write_index(tmp_path / "shards" / "0000" / f"{stage}.json", its)
    return tmp_path


def test_the_tables_tell_what_is_left_out_and_why(shard: Path) -> None:
    indices = [shard / "shards" / "0000" / f"{stage}.json" for stage in STAGES]
    speech, sync, lags = indices[-1], shard / "sync.tsv", shard / "lags.tsv"
    write_lags([speech], lags)
    write_sync([speech], sync, lags=lags)
    rows = pd.read_csv(sync, sep="\t", keep_default_na=False).set_index("segment")
    assert list(pd.read_csv(sync, sep="\t").columns) == list(COLUMNS)
    assert rows.loc["clip2", "verdict"] == OUT_OF_SYNC
    assert float(rows.loc["clip2", "offset_s"]) == pytest.approx(0.48)
    assert "0.48 s after the lips move" in rows.loc["clip2", "reason"]
    assert "-itsoffset -0.48 -i 'my clip2.mp4'" in rows.loc["clip2", "reason"]
    assert rows.loc["clip5", "verdict"] == DUBBED
    assert (rows["verdict"] == IN_SYNC).sum() == 12
    assert set(read_rejected(sync)) == {"clip2", "clip5"}

    draw = {"by": "segment", "val": 0.1, "test": 0.1, "seed": 0}
    splits = shard / "splits.tsv"
    write_splits([speech], splits, split=draw, sync=sync)
    assert {"clip2", "clip5"}.isdisjoint(read_splits(splits))
    names = ("manifest", "segments", "quarantine", "funnel")
    paths = {name: shard / f"{name}.tsv" for name in names}
    tabulate_corpus(indices, splits=splits, sync=sync, **paths)
    tables = {name: pd.read_csv(path, sep="\t") for name, path in paths.items()}
    assert {"clip2", "clip5"}.isdisjoint(tables["segments"]["segment"])
    verdicts = tables["manifest"].set_index("clip")["verdict"]
    assert verdicts[["clip2", "clip5", "clip6"]].tolist() == [OUT_OF_SYNC, DUBBED, "ok"]
    assert tables["quarantine"][["stage", "item", "verdict"]].to_numpy().tolist() == [
        ["segment", "clip2@80-90", "no_speech"],
        ["sync", "clip2", OUT_OF_SYNC],
        ["sync", "clip5", DUBBED],
    ]
    assert tables["quarantine"]["reason"][1:].str.contains("corpus.check_sync").all()
    last = tables["funnel"].iloc[-1]
    assert last[["stage", "items_in", "items_out"]].tolist() == ["sync", 14, 12]

    dump_arrays([speech], paths["segments"], {"train": shard / "dump"}, lags=lags)
    kept = open_split(shard / "dump").names
    assert {"clip2", "clip5"}.isdisjoint(kept) and len(kept) > 5

    write_splits([speech], splits, split=draw)  # nothing is checked: as before
    tabulate_corpus(indices, splits=splits, **paths)
    assert len(pd.read_csv(paths["segments"], sep="\t")) == 14
    assert list(pd.read_csv(paths["funnel"], sep="\t")["stage"]) == list(STAGES)
