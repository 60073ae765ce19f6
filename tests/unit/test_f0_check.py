"""A range that does not suit the voice is noticed and written down; one that does is left alone."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_speech import buzz

from mit_core.corpus.layout import STAGES
from mit_core.corpus.odd_ranges import odd_ranges
from mit_core.corpus.shards import Item, write_index
from mit_core.corpus.tables import tabulate_corpus
from mit_core.speech.f0 import RANGES, UNVOICED, choose_range, log_f0
from mit_core.speech.f0_check import check_f0, judge_f0

LOW, HIGH = RANGES["low"], RANGES["high"]


@pytest.mark.parametrize("hertz", [80, 120, 210, 300])
def test_the_chosen_range_suits_and_the_other_does_not(hertz):
    audio = buzz(hertz)
    chosen = choose_range(audio)
    assert check_f0(audio, log_f0(audio, chosen.low, chosen.high), chosen) == ""
    if hertz in (80, 300):  # those between lie in both ranges
        other = HIGH if chosen.name == "low" else LOW
        said = check_f0(audio, log_f0(audio, other.low, other.high), other)
        assert f"range {other.name}" in said
        assert str(hertz)[:-1] in said


def test_silence_is_said_to_have_no_pitch():
    nothing = np.full(100, UNVOICED)
    assert judge_f0(nothing, nothing, LOW) == "no frame is voiced"


@pytest.mark.parametrize(
    ("hertz", "tracked", "said"),
    [
        (300, 300, "outside"),  # as if the tracker had gone beyond its range
        (200, 100, "jump by an octave"),
        (200, None, "100% are lost"),
        (200, 200, ""),
    ],
)
def test_each_sign_is_told(hertz, tracked, said):
    wide = np.full(60, np.log(hertz))
    found = np.full(60, UNVOICED if tracked is None else np.log(tracked))
    judged = judge_f0(found, wide, LOW)
    assert said in judged
    assert bool(judged) == bool(said)


@given(
    logs=st.lists(st.floats(np.log(50), np.log(600)), max_size=60),
    lost=st.integers(0, 60),
    high=st.booleans(),
)
def test_a_track_that_equals_the_wide_one_is_never_lost_nor_jumps(logs, lost, high):
    track = np.array([*logs, *([UNVOICED] * lost)])
    judged = judge_f0(track, track, HIGH if high else LOW)
    assert "lost" not in judged
    assert "jump" not in judged


def test_too_little_voice_is_not_judged():
    wide = np.full(15, np.log(300))
    assert judge_f0(np.full(15, UNVOICED), wide, LOW) == ""


def test_a_clip_unlike_its_speakers_others_is_odd():
    ranges = {"a": "low", "b": "low", "c": "high", "d": "high", "e": "low", "f": "high"}
    speakers = {"a": "ann", "b": "ann", "c": "ann", "d": "bob", "e": "eve", "f": "eve"}
    odd = odd_ranges(ranges, speakers)
    assert list(odd) == ["c"]
    assert "low in 2 of 3 clips of ann" in odd["c"]


def test_a_draw_has_no_odd_one():
    ranges = {"a": "low", "b": "low", "c": "high", "d": "high"}
    assert odd_ranges(ranges, dict.fromkeys(ranges, "ann")) == {}


def test_the_table_of_segments_tells_both(tmp_path):
    shard = tmp_path / "shards" / "0000"
    items = [
        Item(
            f"{clip}-0",
            clip,
            "ann",
            "",
            seconds=2.0,
            data={
                "video": clip,
                "audio": clip,
                "start_frame": 0,
                "end_frame": 50,
                "detected_frames": 50,
                "f0_range": name,
                "f0_check": check,
            },
        )
        for clip, name, check in (("a", "low", ""), ("b", "low", "bad"), ("c", "high", "worse"))
    ]
    for stage in STAGES:  # clips first, their segments later
        clips = [replace(item, id=item.clip) for item in items]
        write_index(shard / f"{stage}.json", clips if stage == STAGES[0] else items)
    splits = tmp_path / "splits.tsv"
    rows = [{"segment": i.id, "clip": i.clip, "speaker": "ann", "split": "train"} for i in items]
    pd.DataFrame(rows).to_csv(splits, sep="\t", index=False)
    tables = {n: tmp_path / f"{n}.tsv" for n in ("manifest", "segments", "quarantine", "funnel")}
    tabulate_corpus([shard / f"{stage}.json" for stage in STAGES], splits=splits, **tables)
    told = pd.read_csv(tables["segments"], sep="\t", keep_default_na=False).f0_check
    assert list(told)[:2] == ["", "bad"]
    assert told[2].startswith("worse; F0 range high here")
