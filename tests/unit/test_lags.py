"""Audio-video lags: found exactly, of the right sign, and only where the evidence is clear."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sequence_makers import talking

from mit_core.corpus.dump import dump_arrays, open_split
from mit_core.corpus.lags import lags_of, read_shifts, segments_of, write_lags
from mit_core.corpus.layout import REGISTERED, SPEECH
from mit_core.corpus.shards import Item, write_index
from mit_core.corpus.sync import moved_frames
from mit_core.sequences import Sequences

SPEAKERS = ("ann", "bob", "cyd", "dan")


def heard_late(clips: Sequences, frames: dict[int, int]) -> Sequences:
    """Some sequences seen so many frames before they are heard."""
    landmarks = clips.landmarks.copy()
    for index, lag in frames.items():
        span = clips.span(index)
        landmarks[span] = landmarks[span][moved_frames(span.stop - span.start, -lag)]
    return replace(clips, landmarks=landmarks)


@settings(max_examples=12)
@given(
    lag=st.integers(-11, 11).filter(lambda lag: abs(lag) >= 2),
    who=st.integers(0, 3),
    seed=st.integers(0, 99),
)
def test_a_lag_is_found_exactly_and_nobody_else_is_moved(lag: int, who: int, seed: int) -> None:
    clips = heard_late(talking((500, 400, 450, 600), seed, SPEAKERS), {who: lag})
    lags = lags_of(segments_of(clips))
    assert {name: found.applied for name, found in lags.items()} == {
        name: lag if index == who else 0 for index, name in enumerate(clips.names)
    }
    assert lags[clips.names[who]].r_after > lags[clips.names[who]].r_before + 0.2


def test_of_two_that_disagree_the_smaller_moves() -> None:
    clips = heard_late(talking((300, 900), 1, ("ann", "bob")), {1: 5})
    applied = {name: lag.applied for name, lag in lags_of(segments_of(clips)).items()}
    assert applied == {"clip0": -5, "clip1": 0}


def test_short_clips_of_a_speaker_are_one_and_long_ones_their_own() -> None:
    short = heard_late(talking((100,) * 12, 2, SPEAKERS), {i: 4 for i in range(12) if i % 4 == 1})
    found = lags_of(segments_of(short))
    assert {short.speakers[i] for i in range(12) if found[short.names[i]].applied == 4} == {"bob"}
    assert sum(lag.applied != 0 for lag in found.values()) == 3
    long = heard_late(talking((1300,) * 8, 3, SPEAKERS), {5: -6})
    found = lags_of(segments_of(long))
    assert [found[name].applied for name in long.names] == [0, 0, 0, 0, 0, -6, 0, 0]


def test_nothing_moves_without_company_or_evidence() -> None:
    alone = heard_late(talking((900, 900)), {0: 6})
    assert not any(lag.clear for lag in lags_of(segments_of(alone)).values())
    clips = talking((400, 500, 450, 300), 4, SPEAKERS)
    foreign = clips.landmarks.copy()
    foreign[clips.span(3)] = np.tile(foreign[clips.span(3)][:1], (300, 1))  # a still face
    spans = [clips.span(i) for i in range(3)]
    other = talking((400, 500, 450, 300), 5, SPEAKERS).landmarks
    foreign[spans[0]] = other[spans[0]]  # another clip's lips
    found = lags_of(segments_of(replace(clips, landmarks=foreign)))
    assert not any(lag.clear for lag in found.values())
    assert lags_of([]) == {}


@pytest.mark.parametrize(("count", "moved"), [(4, {}), (12, {"clip3": 6})])
def test_clips_of_the_only_speaker_are_compared_with_one_another(
    count: int, moved: dict[str, int]
) -> None:
    clips = heard_late(talking((250,) * count, 7), {3: 6})
    lags = lags_of(segments_of(clips))
    assert {name: lag.applied for name, lag in lags.items() if lag.clear} == moved


@pytest.fixture
def shard(tmp_path: Path) -> tuple[Path, Sequences]:
    """A results folder with an index whose segments' arrays are made up; clip2 is heard late."""
    clips = heard_late(talking((300, 400, 300, 500), 6, SPEAKERS), {2: 5})
    items = []
    for index, name in enumerate(clips.names):
        span = clips.span(index)
        folder = tmp_path / "shards" / name
        folder.mkdir(parents=True)
        frames = np.arange(span.stop - span.start, dtype=np.float32)
        np.savez(
            folder / REGISTERED,
            landmarks=clips.landmarks[span],
            quaternions=clips.quaternions[span],
            translations=np.repeat(frames[:, None], 3, axis=1),
            face=clips.faces[index],
        )
        np.savez(
            folder / SPEECH,
            mel=clips.features[span],
            f0_classes=np.zeros(len(frames), np.int16),
            embedding=clips.embeddings[index],
        )
        home = str(folder.relative_to(tmp_path))
        data = {"registered": home, "speech": home}
        speaker, seconds = clips.speakers[index], len(frames) / 62.5
        items.append(Item(name, name, speaker, "", seconds, key=name, data=data))
    index_file = tmp_path / "shards" / "0000" / "speech.json"
    write_index(index_file, items)
    return index_file, clips


def test_the_table_moves_what_is_seen_and_keeps_what_is_heard(
    shard: tuple[Path, Sequences], tmp_path: Path
) -> None:
    index, clips = shard
    table, segments = tmp_path / "lags.tsv", tmp_path / "segments.tsv"
    write_lags([index], table)
    rows = pd.read_csv(table, sep="\t").set_index("segment")
    assert rows["applied"].tolist() == ["no", "no", "yes", "no"]
    assert rows.loc["clip2", "lag_s"] == pytest.approx(5 / 62.5)
    assert read_shifts(table) == {"clip2": 5}
    pd.DataFrame({"segment": clips.names, "split": "train"}).to_csv(segments, sep="\t", index=False)
    dump_arrays([index], segments, {"train": tmp_path / "as_filmed"})
    dump_arrays([index], segments, {"train": tmp_path / "aligned"}, lags=table)
    filmed, aligned = open_split(tmp_path / "as_filmed"), open_split(tmp_path / "aligned")
    assert filmed.digest != aligned.digest
    assert np.array_equal(filmed.features, aligned.features)
    late = clips.span(2)
    for name in ("landmarks", "quaternions", "translations"):
        before, after = getattr(filmed, name), getattr(aligned, name)
        assert np.array_equal(after[late][5:], before[late][:-5])
        assert np.array_equal(after[late][:5], np.repeat(before[late][:1], 5, axis=0))
        assert np.array_equal(after[: late.start], before[: late.start])
        assert np.array_equal(after[late.stop :], before[late.stop :])
