"""Held-out clips drawn again: what is known beforehand is what the table must say."""

import json
from collections import Counter
from dataclasses import replace

import av
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from talking_makers import BEFORE, FRAMES, REGISTRATION, registered, spoken_footage

from mit_core.evaluation.clip_choice import choose_clips
from mit_core.evaluation.jury import ClipJury, Jury
from mit_core.evaluation.seen import compare_seen
from mit_core.evaluation.stage import set_stage
from mit_core.evaluation.talking import CLIP_COLUMNS, COLUMNS, TalkSettings, summary, write_talking
from mit_core.evaluation.talking_videos import drawn_lines
from mit_core.faces.detectors import open_detector
from mit_core.faces.points import outer_eye_distance
from mit_core.media.audio import read_audio
from mit_core.media.video import SYNTHETIC_COMMENT, count_frames, read_frames

LATE = 2
"""Frames that one of the predictors comes late."""


@pytest.fixture(scope="module")
def footage(tmp_path_factory):
    return spoken_footage(tmp_path_factory.mktemp("footage"), (0, 1))


@pytest.fixture(scope="module")
def jury():
    detector = open_detector()
    yield Jury(detector)
    detector.close()


def late(face, frames):
    """A face at 62.5 Hz, so many frames of video later."""
    shift = round(2.5 * frames)
    return np.concatenate([face[:1].repeat(shift, axis=0), face[:-shift]])


@pytest.fixture(scope="module")
def talkers(footage):
    faces = [registered(footage, 0), registered(footage, 1)]
    return {
        "truth": lambda i: faces[i],
        "content": lambda i: faces[i] + np.float32(0.3) * (faces[i].mean(axis=0) - faces[i]),
        "late": lambda i: late(faces[i], LATE),
        "mean_face": lambda i: faces[i].mean(axis=0)[None].repeat(len(faces[i]), axis=0),
        "mismatched": lambda i: faces[1 - i],
    }


SETTINGS = TalkSettings(videos=1, registration=REGISTRATION)


def written(footage, talkers, jury, folder, settings=SETTINGS, names=None):
    places = {
        "table": folder / "talking.tsv",
        "clips": folder / "talking" / "clips.tsv",
        "index": folder / "talking" / "index.json",
        "videos": folder / "talking" / "videos",
    }
    names = footage.names if names is None else names
    write_talking(footage, talkers, names, jury, settings, threads=2, **places)
    table, clips = (pd.read_csv(places[name], sep="\t") for name in ("table", "clips"))
    return table.set_index("predictor"), clips, json.loads(places["index"].read_text())


@pytest.fixture(scope="module")
def results(footage, talkers, jury, tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    stale = folder / "talking" / "videos" / "another"
    stale.mkdir(parents=True)
    (stale / "truth.mp4").touch()
    return *written(footage, talkers, jury, folder), folder


def test_the_table_ranks_predictors_as_they_were_made(results):
    table = results[0]
    assert table.index.tolist() == [
        *("recording", "truth", "content", "late", "mean_face", "mismatched")
    ]
    heard = ("lse_c", "lse_d")
    assert list(table.reset_index().columns) == [name for name in COLUMNS if name not in heard]
    assert (table["clips"] == 2).all() and (table["detected"] == 1).all()
    recording, truth = table.loc["recording"], table.loc["truth"]
    assert (recording["ssim"], recording["identity"], recording["sharpness"]) == (1, 0, 1)
    assert truth["mouth_ssim"] > 0.9  # the clip was made by this very renderer
    others = table.drop(index=["recording", "truth"])
    assert (others["mouth_ssim"] < truth["mouth_ssim"]).all()
    assert (others["ssim"] < truth["ssim"]).all()
    assert (others["mouth_distance"] > truth["mouth_distance"]).all()
    ordered = table.loc[["truth", "content", "mismatched"], "mouth_ssim"].tolist()
    assert ordered == sorted(ordered, reverse=True)
    assert truth["opening_r"] > 0.9 and recording["opening_r"] > 0.9
    # what is a still share of the way to the mean moves as the truth does
    assert table.loc["content", "opening_r"] > 0.85
    assert table.loc["mismatched", "opening_r"] < 0.5


def test_a_late_mouth_is_told_by_its_frames(results):
    table = results[0]
    assert table.loc["late", "best_lag"] == LATE
    assert table.loc[["recording", "truth", "content"], "best_lag"].eq(0).all()
    assert np.isnan(table.loc["mean_face", "best_lag"])


def test_clips_have_rows_of_their_own(results):
    table, clips = results[:2]
    assert list(clips.columns) == list(CLIP_COLUMNS[:-2])  # without SyncNet
    assert Counter(clips["clip"]) == {"clip0.000": 6, "clip1.000": 6}
    assert clips["frames"].eq(FRAMES).all() and clips["speaker"].eq("ann").all()
    means = clips.groupby("predictor")["ssim"].mean()
    assert means[table.index].to_numpy() == pytest.approx(table["ssim"].to_numpy(), abs=2e-5)


def test_videos_go_side_by_side(results):
    index, folder = results[2:]
    (group,) = index
    assert set(group) == {"title", "caption", "videos"} and group["title"] == "clip0.000"
    titles = [video["title"] for video in group["videos"]]
    assert titles == [
        *("recording", "landmarks", "truth", "content", "late", "mean face", "mismatched")
    ]
    for video in group["videos"]:
        path = folder / "talking" / video["file"]
        assert count_frames(path) == FRAMES
        with av.open(path) as film:
            stream = film.streams.video[0]
            assert stream.codec_context.name == "h264" and stream.average_rate == 25
            said = film.metadata.get("comment", "")
        assert said == ("" if video["title"] == "recording" else SYNTHETIC_COMMENT)
        heard = read_audio(path)
        assert len(heard) == 640 * FRAMES
    assert not (folder / "talking" / "videos" / "another").exists()


def test_a_registered_face_goes_back_where_it_was(footage):
    stage = set_stage(footage, 0, registration=REGISTRATION)
    placed = stage.placed(registered(footage, 0))
    error = np.linalg.norm(placed[..., :2] - stage.landmarks[..., :2], axis=-1)
    # every other frame lies between two of the 62.5 Hz
    assert error[::2].max() < 0.05 * outer_eye_distance(stage.landmarks).mean() / 10
    assert error.mean() < 0.02 * outer_eye_distance(stage.landmarks).mean()


def test_a_stage_shows_and_sounds_what_the_clip_does(footage):
    stage = set_stage(footage, 1, most_frames=30)
    assert stage.frames.shape[0] == 30 and stage.frames.shape[1] % 2 == 0
    assert len(stage.sound) == 30 * 640
    # the sound counts frames, and the clip begins BEFORE frames late
    assert stage.sound[[0, 640]] * 1000 == pytest.approx([BEFORE, BEFORE + 1], abs=0.05)
    frames = list(footage.frames(1))
    crop = stage.square.cut(frames[7], stage.frames.shape[1])
    np.testing.assert_array_equal(stage.frames[7], crop)
    assert stage.source == FRAMES // 2


def test_a_clip_that_the_corpus_moved_is_seen_in_the_time_of_its_sound(footage):
    plain = set_stage(footage, 0)
    moved = set_stage(footage, 0, later=5)  # 80 ms: two frames
    np.testing.assert_allclose(moved.pose.translations[2:], plain.pose.translations[:-2], atol=1e-9)
    offset = moved.landmarks[2:, :, :2] - plain.landmarks[:-2, :, :2]
    # the squares around the two differ by no more than a shift
    assert np.ptp(offset.reshape(-1, 2), axis=0).max() < 1.0
    np.testing.assert_array_equal(moved.sound, plain.sound)


def test_large_faces_are_drawn_no_larger_than_needed(footage, monkeypatch):
    from mit_core.evaluation import stage

    monkeypatch.setattr(stage, "_LARGEST", 100)
    small = set_stage(footage, 0)
    assert small.frames.shape[1:] == (100, 100, 3)
    assert small.landmarks[..., :2].min() > 0 and small.landmarks[..., :2].max() < 100


def test_lines_show_both_faces_in_their_colours(footage):
    stage = set_stage(footage, 0)
    apart = stage.landmarks + np.array([0, 20, 0])
    lines = drawn_lines(stage, apart)
    assert len(lines) == FRAMES and lines[0].shape == (480, 480, 3)
    reds = [int((line[..., 0] > line[..., 2] + 60).sum()) for line in lines]
    blues = [int((line[..., 2] > line[..., 0] + 60).sum()) for line in lines]
    assert min(reds) > 500 and min(blues) > 500
    # seen through the same points both are one: the later one lies over the first
    hidden = drawn_lines(stage, stage.landmarks)[0]
    assert (hidden[:400, :, 2] > hidden[:400, :, 0].astype(int) + 60).sum() < 50


class Ear:
    """Hears a window's number; sees it in the recording, and nothing in what was drawn."""

    def __init__(self, recording):
        self._recording = recording
        self._numbers = np.random.default_rng(0).standard_normal((len(recording) - 5, 8))

    def hear(self, sound, frames):
        assert len(sound) == 640 * frames
        return self._numbers

    def see(self, frames, landmarks):
        assert len(frames) == len(landmarks)
        return self._numbers if (frames == self._recording).all() else 0 * self._numbers


def test_lips_and_sound_are_judged_where_there_is_a_judge(footage, jury):
    stage = set_stage(footage, 0)
    hearing = Jury(jury.watcher.detector, Ear(stage.frames))
    judge = ClipJury(hearing, stage)
    recording = judge.judge(stage.frames)
    still = judge.judge(stage.frames[:1].repeat(FRAMES, axis=0))
    assert recording.lse_d == pytest.approx(0, abs=1e-4) and recording.lse_c > 1
    assert still.lse_c < recording.lse_c and still.lse_d > 0


def test_nothing_held_out_is_written_as_such(footage, talkers, jury, tmp_path):
    table, clips, index = written(footage.only([]), {}, jury, tmp_path)
    assert table.empty and set(table.reset_index().columns) < set(COLUMNS)
    assert clips.empty and index == []
    assert (tmp_path / "talking" / "videos").is_dir()
    unknown = written(footage, talkers, jury, tmp_path, names=["somebody else"])
    assert unknown[0].empty and unknown[2] == []


def test_a_clip_that_cannot_be_read_is_left_out(footage, talkers, jury, tmp_path, caplog):
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(b"no video")
    broken = replace(footage, videos=(str(damaged), footage.videos[1]))
    few = {"truth": talkers["truth"]}
    table, clips, index = written(broken, few, jury, tmp_path, replace(SETTINGS, videos=2))
    assert clips["clip"].unique().tolist() == ["clip1.000"]
    assert [group["title"] for group in index] == ["clip1.000"]
    assert "clip0.000 is not measured" in caplog.text
    assert (table["clips"] == 1).all()


def test_faces_on_the_screen_are_compared_as_they_are_found():
    rng = np.random.default_rng(0)
    filmed = np.repeat(rng.uniform(0, 100, (1, 68, 2)), 50, axis=0)
    filmed[:, 36], filmed[:, 45] = (20, 30), (80, 30)
    filmed[:, 65:68, 1] += np.abs(rng.standard_normal((50, 1))) * 9
    same = compare_seen(filmed, filmed)
    assert (same.detected, same.opening_r, same.best_lag) == (1, pytest.approx(1), 0)
    assert same.mouth_distance == 0
    down = filmed + np.array([0, 6])
    assert compare_seen(down, filmed).mouth_distance == pytest.approx(0.1)
    early = np.roll(filmed, -3, axis=0)
    assert compare_seen(early, filmed).best_lag == -3
    lost = filmed.copy()
    lost[::2] = np.nan
    assert compare_seen(lost, filmed).detected == 0.5
    assert compare_seen(lost, filmed).opening_r == pytest.approx(1)
    none = compare_seen(np.full_like(filmed, np.nan), filmed)
    assert none.detected == 0 and np.isnan([none.opening_r, none.mouth_distance]).all()


def test_summaries_leave_out_what_cannot_tell():
    rows = [
        {"predictor": "content", "clip": "a", "ssim": 0.5, "best_lag": 0.0},
        {"predictor": "content", "clip": "b", "ssim": 0.7, "best_lag": 0.0},
        {"predictor": "content", "clip": "c", "ssim": float("nan"), "best_lag": -5.0},
    ]
    table = summary(pd.DataFrame(rows, columns=list(CLIP_COLUMNS)), ["truth", "content"])
    assert table["predictor"].tolist() == ["content"]
    assert table["ssim"].item() == pytest.approx(0.6)
    assert table["best_lag"].item() == 0
    few = pd.DataFrame(rows[1:], columns=list(CLIP_COLUMNS)).assign(best_lag=[float("nan"), -5])
    few = pd.concat([few, few[:1]])
    assert summary(few, ["content"])["best_lag"].isna().item()


@given(st.lists(st.sampled_from("abcd"), max_size=30), st.integers(0, 12))
def test_speakers_take_turns(speakers, most):
    chosen = choose_clips(speakers, most)
    assert chosen == sorted(set(chosen)) and len(chosen) == min(most, len(speakers))
    had = Counter(speakers)
    shares = Counter(speakers[number] for number in chosen)
    for speaker, count in had.items():
        # nobody has two more than another who still has clips
        assert all(
            shares[other] <= shares[speaker] + 1 or shares[speaker] == count for other in shares
        )


def test_a_speakers_clips_are_spread():
    assert choose_clips(["a"] * 9, 3) == [0, 4, 8]
    assert choose_clips(["a"] * 9 + ["b"], 4) == [0, 4, 8, 9]


def test_frames_can_be_read_again(results):
    group, folder = results[2][0], results[3]
    first = next(read_frames(folder / "talking" / group["videos"][0]["file"]))
    assert first.shape[0] == first.shape[1]
