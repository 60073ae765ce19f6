"""Segments: every frame is accounted for once, and each reason is the right one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mit_core.corpus.segmentation import SegmentSettings, cut_segments, segment_clip
from mit_core.faces.tracks import Track
from mit_core.media.normalise import Settings as NormaliseSettings
from mit_core.media.normalise import normalise


def face(start, end, side=100.0, x=0.0, motion=20.0, step=5) -> Track:
    frames = sorted({*range(start, end, step), end - 1})
    boxes = [(x, 0.0, x + side, side)] * len(frames)
    return Track(frames, boxes, [float("nan")] + [motion] * (len(frames) - 1))


def spans(items):
    return [(item.start_frame, item.end_frame) for item in items]


def cut(n_frames, tracks, cuts=(), speech=None, **settings):
    spoken = np.ones(n_frames, dtype=bool) if speech is None else speech
    return cut_segments(n_frames, list(cuts), tracks, spoken, SegmentSettings(**settings))


tracks_strategy = st.lists(
    st.builds(
        lambda start, length, side, x, motion: face(start, start + length, side, x, motion),
        st.integers(0, 250),
        st.integers(1, 250),
        st.floats(10, 200),
        st.floats(0, 500),
        st.sampled_from([0.0, 20.0]),
    ),
    max_size=5,
)


@given(
    tracks=tracks_strategy,
    cuts=st.sets(st.integers(1, 499), max_size=4),
    speech=st.lists(st.tuples(st.integers(0, 499), st.integers(1, 200)), max_size=4),
    speech_length=st.integers(490, 510),
    max_seconds=st.floats(2, 30),
    rival=st.sampled_from([0.5, 2.0]),
)
def test_every_frame_is_in_one_segment_or_one_dropped_stretch(
    tracks, cuts, speech, speech_length, max_seconds, rival
):
    spoken = np.zeros(speech_length, dtype=bool)
    for start, length in speech:
        spoken[start : start + length] = True
    settings = {"max_seconds": max_seconds, "rival_face": rival}
    result = cut(500, tracks, sorted(cuts), spoken, **settings)
    count = np.zeros(500, dtype=int)
    for start, end in spans(result.segments) + spans(result.dropped):
        assert start < end
        count[start:end] += 1
    assert (count == 1).all()
    for segment in result.segments:
        frames = segment.end_frame - segment.start_frame
        assert segment.boxes.shape == (frames, 4)
        assert frames <= max_seconds * 25
        assert not any(segment.start_frame < at < segment.end_frame for at in cuts)
    assert spans(result.segments) == sorted(spans(result.segments))


def test_reasons_name_what_is_wrong():
    speech = np.ones(400, dtype=bool)
    speech[300:] = False
    result = cut(400, [face(0, 100), face(150, 165), face(200, 400)], speech=speech)
    assert spans(result.segments) == [(0, 100), (200, 325)]
    assert [(drop.verdict, drop.start_frame, drop.end_frame) for drop in result.dropped] == [
        ("no_face", 100, 150),
        ("too_short", 150, 165),
        ("no_face", 165, 200),
        ("no_speech", 325, 400),
    ]
    assert "4.00 s to 6.00 s" in result.dropped[0].reason


def test_short_pauses_stay_and_long_ones_go():
    speech = np.ones(300, dtype=bool)
    speech[100:140] = False
    assert spans(cut(300, [face(0, 300)], speech=speech).segments) == [(0, 300)]
    speech[100:200] = False
    assert spans(cut(300, [face(0, 300)], speech=speech).segments) == [(0, 125), (175, 300)]


def test_a_shot_cut_cuts_though_the_track_goes_on():
    result = cut(203, [face(0, 203)], cuts=[98])
    assert spans(result.segments) == [(0, 98), (98, 203)]
    assert result.dropped == []


def test_the_largest_longest_face_leads_and_a_rival_spoils():
    small, large = face(0, 200, side=60), face(0, 200, side=100, x=300)
    (segment,) = cut(200, [small, large]).segments
    assert segment.boxes[:, 0].min() == 300
    rival = face(50, 100, side=90, x=500)
    result = cut(200, [large, rival])
    assert spans(result.segments) == [(0, 50), (100, 200)]
    assert [drop.verdict for drop in result.dropped] == ["several_faces"]
    assert spans(cut(200, [large, rival], rival_face=2).segments) == [(0, 200)]


def test_faces_one_after_the_other_are_segments_of_their_own():
    result = cut(200, [face(0, 80), face(90, 200, x=300)])
    assert spans(result.segments) == [(0, 80), (90, 200)]


def test_a_blink_of_a_face_spoils_nothing():
    assert spans(cut(200, [face(0, 200), face(60, 64, x=300)]).segments) == [(0, 200)]


def test_a_still_and_a_tiny_face_do_not_serve():
    assert [drop.verdict for drop in cut(100, [face(0, 100, motion=0.4)]).dropped] == [
        "still_image"
    ]
    assert [drop.verdict for drop in cut(100, [face(0, 100, side=20)]).dropped] == [
        "face_too_small"
    ]


def test_long_segments_are_cut_evenly():
    lengths = [
        end - start for start, end in spans(cut(1000, [face(0, 1000)], max_seconds=12).segments)
    ]
    assert lengths == [250, 250, 250, 250]


@pytest.mark.parametrize(
    ("clip", "segments", "verdicts"),
    [
        ("face_then_no_face", [(0, 75)], {"no_face"}),
        ("no_face_with_speech", [], {"no_face"}),
        ("still_image_with_speech", [], {"still_image", "no_speech"}),
    ],
)
def test_real_footage_that_does_not_serve(footage, tmp_path, clip, segments, verdicts):
    video, audio = tmp_path / "v.mp4", tmp_path / "a.wav"
    normalise(footage / "bad" / f"{clip}.mp4", None, video, audio, NormaliseSettings())
    result = segment_clip(video, audio)
    assert spans(result.segments) == segments
    assert {drop.verdict for drop in result.dropped} == verdicts
