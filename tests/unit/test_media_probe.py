"""mit_core.media.probe and ffmpeg."""

from pathlib import Path

import pytest
from media_clips import ffmpeg, flash_and_beep

from mit_core.errors import ClipError
from mit_core.media import ffmpeg as ffmpeg_module
from mit_core.media.ffmpeg import FfmpegError, run
from mit_core.media.probe import probe


@pytest.mark.parametrize("name", ['it\'s 말하기 "one".mp4', "a:b %d.mkv", "[x],{y};#1.webm"])
def test_any_file_name(tmp_path: Path, name: str) -> None:
    plain = flash_and_beep(tmp_path / f"plain{Path(name).suffix}", seconds=1)
    strange = plain.rename(tmp_path / name)
    info = probe(strange)
    assert info.video is not None and info.audio is not None
    assert (info.video.width, info.video.height, round(info.video.fps)) == (64, 48, 25)
    assert info.duration_s == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(("turn", "expected"), [(90, 90), (-90, 270), (180, 180)])
def test_rotation(tmp_path: Path, turn: int, expected: int) -> None:
    plain = flash_and_beep(tmp_path / "plain.mp4", seconds=1)
    ffmpeg("-display_rotation", str(turn), "-i", plain, "-c", "copy", tmp_path / "turned.mp4")
    video = probe(tmp_path / "turned.mp4").video
    assert video is not None
    assert video.rotation_deg == expected
    assert (video.width, video.height) == ((64, 48) if turn == 180 else (48, 64))


def test_streams_of_other_rates(footage: Path) -> None:
    fast = probe(footage / "bad" / "fps60_audio8k_mono.mp4")
    assert fast.video is not None and fast.audio is not None
    assert (fast.video.fps, fast.audio.sample_rate, fast.audio.channels) == (60, 8000, 1)
    assert not fast.video.variable_rate
    variable = probe(footage / "bad" / "variable_frame_rate.mp4").video
    assert variable is not None and variable.variable_rate


def test_webm_without_a_duration(tmp_path: Path) -> None:
    """What browsers record is a live stream: its header says no length."""
    clip = flash_and_beep(tmp_path / "live.webm", "-live", "1", "-f", "webm", seconds=2)
    assert probe(clip).duration_s == pytest.approx(2, abs=0.1)


def test_cover_picture_is_no_video(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "color=red:s=32x32", "-frames:v", "1", tmp_path / "cover.png")
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", tmp_path / "plain.m4a")
    ffmpeg(
        *("-i", tmp_path / "plain.m4a", "-i", tmp_path / "cover.png", "-map", "0", "-map", "1"),
        *("-c", "copy", "-disposition:v:0", "attached_pic", tmp_path / "song.m4a"),
    )
    info = probe(tmp_path / "song.m4a")
    assert info.video is None and info.audio is not None


def test_verdicts(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("not a film")
    for name, verdict in [
        ("missing.mp4", "not_found"),
        ("empty.mp4", "empty_file"),
        ("text.mp4", "not_media"),
    ]:
        with pytest.raises(ClipError, match=name) as caught:
            probe(tmp_path / name)
        assert caught.value.verdict == verdict


def test_ffmpegs_own_words_reach_the_user(tmp_path: Path) -> None:
    graph = ffmpeg_module.ffmpeg.input(str(tmp_path / "nowhere.mp4")).output(
        str(tmp_path / "out.mp4")
    )
    with pytest.raises(FfmpegError, match=r"converting nowhere.*No such file"):
        run(graph, "converting nowhere")


@pytest.mark.parametrize(("encoder", "chosen"), [("libx264", True), ("libopenh264", False)])
def test_a_system_ffmpeg_comes_first_if_it_can_write_h264(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder: str, chosen: bool
) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!/bin/sh\necho ' V....D {encoder}   H.264'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    ffmpeg_module.ffmpeg_binary.cache_clear()
    try:
        binary = ffmpeg_module.ffmpeg_binary()
    finally:
        ffmpeg_module.ffmpeg_binary.cache_clear()
    assert (binary == str(program)) == chosen
    assert ("imageio_ffmpeg" in binary) != chosen
