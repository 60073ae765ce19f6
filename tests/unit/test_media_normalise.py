"""mit_core.media.normalise: one clock for picture and sound."""

import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from media_clips import FRAME_S, beep_times, ffmpeg, flash_and_beep, flash_times

from mit_core.errors import ClipError
from mit_core.media.audio import read_audio
from mit_core.media.intake import inspect_clip
from mit_core.media.normalise import NormalisedInfo, Settings, normalise
from mit_core.media.probe import probe
from mit_core.media.video import read_frames


def normalised(
    source: Path, sound: Path | None = None, max_side: int = 1920
) -> tuple[NormalisedInfo, Path, Path]:
    video, audio = source.with_name("out.mp4"), source.with_name("out.wav")
    info = normalise(source, sound, video, audio, Settings(max_side=max_side))
    picture = probe(video).video
    assert picture is not None
    assert (picture.fps, picture.variable_rate, picture.rotation_deg) == (25, False, 0)
    assert picture.width % 2 == 0 and picture.height % 2 == 0
    with wave.open(str(audio)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16000, 1, 2)
        assert file.getnframes() == info.frames * 640
    assert info.frames == sum(1 for _ in read_frames(video)) == round(info.seconds * 25)
    return info, video, audio


def in_sync(video: Path, audio: Path, count: int) -> None:
    flashes, beeps = flash_times(video), beep_times(audio)
    assert len(flashes) == len(beeps) == count
    assert np.abs(flashes - beeps).max() <= FRAME_S


@settings(max_examples=8, deadline=None)
@given(
    seconds=st.floats(0.3, 3.0),
    rate=st.sampled_from(["24", "30000/1001", "60", "15", "24000/1001"]),
)
@example(seconds=1.0, rate="25")
def test_any_length_and_rate(
    tmp_path_factory: pytest.TempPathFactory, seconds: float, rate: str
) -> None:
    clip = tmp_path_factory.mktemp("rate") / "clip.mp4"
    flash_and_beep(clip, seconds=seconds, rate=rate)
    info, _, _ = normalised(clip)
    assert info.seconds == pytest.approx(seconds, abs=0.5 * FRAME_S + 1 / 14)


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv", "webm", "m4v", "ts"])
def test_containers(tmp_path: Path, suffix: str) -> None:
    clip = flash_and_beep(tmp_path / f"clip.{suffix}", rate="30000/1001", every_frames=30)
    _, video, audio = normalised(clip)
    in_sync(video, audio, 4)


def test_variable_rate(tmp_path: Path) -> None:
    clip = flash_and_beep(
        *(tmp_path / "clip.mkv", "-fps_mode", "vfr"),
        rate="60",
        every_frames=90,
        seconds=6,
        picture_filter="select='not(mod(n,90))+not(mod(n-4,90))+gt(mod(n*n,97),70)'",
    )
    record = inspect_clip(clip)
    assert record.variable_rate and record.fps < 40  # frames are missing
    _, video, audio = normalised(clip)
    in_sync(video, audio, 4)


@pytest.mark.parametrize("sound_lag", [0.7, -0.7])
def test_tracks_that_start_apart(tmp_path: Path, sound_lag: float) -> None:
    """A file whose tracks do not begin together plays in step by its time stamps."""
    clip = flash_and_beep(tmp_path / "clip.mp4", seconds=6)
    offsets = (0.0, sound_lag) if sound_lag > 0 else (-sound_lag, 0.0)
    ffmpeg(
        *("-itsoffset", str(offsets[0]), "-i", clip, "-itsoffset", str(offsets[1]), "-i", clip),
        *("-map", "0:v", "-map", "1:a", "-c", "copy", tmp_path / "apart.mp4"),
    )
    _, video, audio = normalised(tmp_path / "apart.mp4")
    flashes, beeps = flash_times(video), beep_times(audio)
    np.testing.assert_allclose(flashes, [0, 2, 4], atol=FRAME_S)
    expected = np.array([0, 2, 4]) + sound_lag
    np.testing.assert_allclose(beeps, expected[expected >= 0], atol=FRAME_S)


def test_a_file_that_starts_late_as_a_whole(tmp_path: Path) -> None:
    clip = flash_and_beep(tmp_path / "clip.ts", "-output_ts_offset", "7")
    info, video, audio = normalised(clip)
    assert info.seconds == pytest.approx(4, abs=FRAME_S)
    in_sync(video, audio, 2)


def test_a_hole_in_the_sound_stays_a_hole(tmp_path: Path) -> None:
    clip = flash_and_beep(tmp_path / "clip.mkv", "-c:a", "pcm_s16le", every_frames=25, seconds=6)
    ffmpeg(
        *("-i", clip, "-c:v", "copy", "-c:a", "pcm_s16le"),
        *("-af", "aselect='lt(t,1.5)+gt(t,2.5)'", tmp_path / "hole.mkv"),
    )
    _, video, audio = normalised(tmp_path / "hole.mkv")
    flashes, beeps = flash_times(video), beep_times(audio)
    np.testing.assert_allclose(flashes, range(6), atol=FRAME_S)
    np.testing.assert_allclose(beeps, [0, 1, 3, 4, 5], atol=FRAME_S)


def test_a_separate_sound(tmp_path: Path) -> None:
    clip = flash_and_beep(tmp_path / "clip.mp4", "-an")
    full = flash_and_beep(tmp_path / "full.mkv")
    sound = tmp_path / "clip.wav"
    ffmpeg("-i", full, "-vn", "-t", "3", sound)
    info, video, audio = normalised(clip, sound)
    in_sync(video, audio, 2)
    assert (info.frames, info.audio_seconds) == (100, 3.0)


def test_two_loud_channels_do_not_clip(tmp_path: Path) -> None:
    heard = []
    for name, change in [("one", "volume=1.6"), ("two", "volume=1.6,pan=stereo|c0=c0|c1=c0")]:
        clip = flash_and_beep(tmp_path / f"{name}.mkv", "-af", change, "-c:a", "pcm_s16le")
        heard.append(read_audio(normalised(clip)[2]))
    assert 0.8 < np.abs(heard[0]).max() < 0.95
    np.testing.assert_allclose(heard[1], heard[0], atol=1e-3)


def test_upright_square_and_even(tmp_path: Path) -> None:
    plain = flash_and_beep(
        *(tmp_path / "plain.mkv", "-pix_fmt", "yuv444p"),
        seconds=1,
        size="33x25",
        picture_filter="setsar=2/1",
    )
    ffmpeg(
        *("-display_rotation", "90", "-i", plain, "-c", "copy", tmp_path / "turned.mp4"),
    )
    info, _, _ = normalised(tmp_path / "turned.mp4")
    # 33 pixels that are twice as wide as high make 66; turned, the 25 lose one
    assert (info.width, info.height) == (24, 66)


def test_pictures_above_the_limit_are_scaled_down(tmp_path: Path) -> None:
    clip = flash_and_beep(tmp_path / "clip.mp4", seconds=1, size="128x64")
    info, _, _ = normalised(clip, max_side=80)
    assert (info.width, info.height) == (80, 40)


def test_failures_leave_nothing(tmp_path: Path) -> None:
    clip = flash_and_beep(tmp_path / "mute.mp4", "-an", seconds=1)
    with pytest.raises(ClipError) as caught:
        normalise(clip, None, tmp_path / "out.mp4", tmp_path / "out.wav")
    assert caught.value.verdict == "no_audio"
    with pytest.raises(ClipError):
        normalise(clip, tmp_path / "missing.wav", tmp_path / "out.mp4", tmp_path / "out.wav")
    assert list(tmp_path.iterdir()) == [clip]


def test_real_footage(footage: Path, tmp_path: Path) -> None:
    for name, frames in [
        ("grid_s1/bbaf2n.mpg", 75),
        ("bad/fps60_audio8k_mono.mp4", 75),
        ("bad/variable_frame_rate.mp4", 150),
        ("bad/truncated.mpg", 19),
    ]:
        info = normalise(footage / name, None, tmp_path / "out.mp4", tmp_path / "out.wav")
        assert info.frames == frames, name


def test_ten_minutes_end_in_sync(tmp_path: Path) -> None:
    clip = flash_and_beep(
        *(tmp_path / "long.mp4", "-preset", "ultrafast"),
        seconds=600,
        rate="30000/1001",
        every_frames=300,
    )
    info, video, audio = normalised(clip)
    assert info.frames == pytest.approx(15000, abs=1)
    in_sync(video, audio, 60)
    assert flash_times(video)[-1] > 585
