"""mit_core.media.intake: every file ends in a verdict."""

import hashlib
from pathlib import Path

import pytest
from media_clips import ffmpeg, flash_and_beep

from mit_core.media.intake import Settings, inspect_clip

BAD_FILES = {
    "audio_only.m4a": "no_video",
    "empty.mp4": "empty_file",
    "face_then_no_face.mp4": "ok",  # segmentation finds out
    "fps60_audio8k_mono.mp4": "ok",
    "no_audio.mp4": "no_audio",
    "no_face_with_speech.mp4": "ok",  # segmentation finds out
    "not_media.mp4": "not_media",
    "silent_audio.mp4": "silent_audio",
    "still_image_with_speech.mp4": "ok",  # segmentation finds out
    "too_short_0p2s.mp4": "too_short",
    "truncated.mpg": "truncated",
    "variable_frame_rate.mp4": "ok",
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_every_bad_file_has_its_verdict(footage: Path, name: str) -> None:
    record = inspect_clip(footage / "bad" / name)
    assert record.verdict == BAD_FILES[name]
    if record.verdict == "ok":
        assert record.reason == ""
    else:
        assert name in record.reason and record.reason.endswith(".")


def test_no_file_of_the_folder_is_missed(footage: Path) -> None:
    assert {file.name for file in (footage / "bad").iterdir()} == set(BAD_FILES)


def test_facts_of_a_good_clip(tmp_path: Path) -> None:
    clip = flash_and_beep(tmp_path / "clip.mp4", seconds=2, rate="30")
    record = inspect_clip(clip)
    assert (record.verdict, record.reason, record.notes) == ("ok", "", ())
    assert record.video_sha256 == hashlib.sha256(clip.read_bytes()).hexdigest()
    assert (record.audio, record.audio_sha256) == (None, "")
    assert (record.width, record.height, record.fps, record.sample_rate) == (64, 48, 30, 44100)
    assert (record.video_codec, record.audio_codec) == ("h264", "aac")
    assert record.seconds == pytest.approx(2, abs=0.01)


def test_separate_sound(tmp_path: Path) -> None:
    clip = flash_and_beep(tmp_path / "clip.mp4", "-an", seconds=4)
    full = flash_and_beep(tmp_path / "full.mkv", seconds=4)
    ffmpeg("-i", full, "-vn", "-t", "1", tmp_path / "short.wav")
    record = inspect_clip(clip, tmp_path / "short.wav")
    assert record.verdict == "ok" and len(record.audio_sha256) == 64
    assert record.notes == ("Its sound ends after 1.0 s of 4.0 s; the rest counts as silence.",)
    missing = inspect_clip(clip, tmp_path / "missing.wav")
    assert missing.verdict == "not_found" and "missing.wav" in missing.reason
    assert missing.video_sha256 == record.video_sha256
    assert inspect_clip(full, clip).verdict == "no_audio"


@pytest.mark.parametrize(("suffix", "options"), [("mp4", ("-movflags", "+faststart")), ("mkv", ())])
def test_a_file_that_breaks_off(tmp_path: Path, suffix: str, options: tuple[str, ...]) -> None:
    whole = flash_and_beep(
        *(tmp_path / f"whole.{suffix}", *options, "-c:v", "mpeg4", "-b:v", "2M", "-g", "5"),
        seconds=8,
        picture_filter="noise=alls=40:allf=t",
    )
    data = whole.read_bytes()
    cut = tmp_path / f"cut.{suffix}"
    cut.write_bytes(data[: len(data) // 2])
    record = inspect_clip(cut)
    assert record.verdict == "ok"
    assert 2 < record.seconds < 6
    (note,) = record.notes
    assert note.startswith(f"cut.{suffix} breaks off after") and "of 8.0" in note
    refused = inspect_clip(cut, settings=Settings(min_seconds=7))
    assert refused.verdict == "truncated" and "Copy it again" in refused.reason
    assert inspect_clip(whole).notes == ()


def test_quiet_is_not_silent(tmp_path: Path) -> None:
    for level, verdict in [(-50, "ok"), (-70, "silent_audio")]:
        clip = flash_and_beep(
            tmp_path / f"{-level}.mkv", "-af", f"volume={level + 6}dB", "-c:a", "pcm_s24le"
        )
        assert inspect_clip(clip).verdict == verdict


def test_a_picture_is_no_video(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "color=red:s=32x32", "-frames:v", "1", tmp_path / "still.mp4.png")
    still = (tmp_path / "still.mp4.png").rename(tmp_path / "still.mp4")
    assert inspect_clip(still).verdict == "no_video"


@pytest.mark.survives("Bad input: odd tracks, rates, sizes and clocks")
@pytest.mark.parametrize(("option", "clock"), [("-vf", "setpts"), ("-af", "asetpts")])
def test_a_clock_that_leaps(tmp_path: Path, option: str, clock: str) -> None:
    leap = option, f"{clock}='PTS+gt(N,25)*1e5/TB'"
    clip = flash_and_beep(tmp_path / "clip.mkv", *leap, "-fps_mode", "vfr", seconds=2)
    record = inspect_clip(clip)
    assert record.verdict == "time_leap" and "leap by 9999" in record.reason


def test_a_still_stretch_under_sound_is_no_leap(tmp_path: Path) -> None:
    """Slides, or a camera that was off for a while."""
    held = "setpts='PTS+if(gt(N,25),65/TB,0)'"
    clip = flash_and_beep(tmp_path / "talk.mkv", "-fps_mode", "vfr", seconds=70)
    ffmpeg("-i", clip, "-t", "2", "-an", "-vf", held, "-fps_mode", "vfr", tmp_path / "held.mkv")
    both = ("-i", tmp_path / "held.mkv", "-i", clip, "-map", "0:v", "-map", "1:a", "-c", "copy")
    ffmpeg(*both, tmp_path / "slides.mkv")
    assert inspect_clip(tmp_path / "slides.mkv").verdict == "ok"


def test_broadcasts_that_were_put_together_are_taken(tmp_path: Path) -> None:
    parts = [
        flash_and_beep(
            *(tmp_path / f"{start}.mpg", "-c:v", "mpeg2video", "-c:a", "mp2"),
            *("-output_ts_offset", str(start)),
            seconds=3,
        )
        for start in (0, 300)
    ]
    whole = tmp_path / "whole.mpg"
    whole.write_bytes(b"".join(part.read_bytes() for part in parts))
    assert inspect_clip(whole).verdict == "ok"
