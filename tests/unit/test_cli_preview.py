"""``mit preview``: landmarks over a video or a picture."""

import json

import av
import numpy as np
import pytest
from media_clips import flash_and_beep, flash_times
from network_makers import write_portrait, write_speech

from mit_core.cli.main import main
from mit_core.demo.portrait import actor
from mit_core.media.audio import read_audio
from mit_core.media.image import read_image
from mit_core.media.video import SYNTHETIC_COMMENT, VideoWriter, count_frames, read_frames
from mit_core.preview.overlay import overlaid

OUTPUTS = "Commands: outputs that are there already, or are the inputs themselves"


def greenish(picture: np.ndarray) -> np.ndarray:
    """Where lines were drawn: faces and rooms are never so green."""
    return picture[..., 1].astype(int) - picture[..., 0] > 40


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    """Ten frames of a face, at 25 a second, and ten of nobody, with sound."""
    folder = tmp_path_factory.mktemp("talk")
    sound = write_speech(folder / "speech.flac.wav", 0.8)
    face = actor(192).image
    with VideoWriter(folder / "talk.mp4", 25, 192, 192, sound, synthetic=False) as video:
        for number in range(20):
            video.write(face if number < 10 else np.full_like(face, 90))
    return folder / "talk.mp4"


def test_landmarks_lie_over_the_face_and_nowhere_else():
    drawn = actor(200)
    out = overlaid(drawn.image, drawn.landmarks)
    changed = np.argwhere((out != drawn.image).any(axis=2))
    low, high = drawn.landmarks[:, :2].min(axis=0), drawn.landmarks[:, :2].max(axis=0)
    assert (changed.min(axis=0)[::-1] >= low - 3).all()
    assert (changed.max(axis=0)[::-1] <= high + 3).all()
    for x, y in drawn.landmarks[:, :2].round().astype(int):
        assert out[y, x, 0] > 150 > out[y, x, 2]  # a red point on each


def test_a_video_shows_them_where_a_face_is(talk, tmp_path, capsys):
    output = tmp_path / "new" / "seen.mp4"
    assert main(["preview", str(talk), "-o", str(output), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["frames"], told["found"]) == (20, 10)
    frames = list(read_frames(output))
    assert len(frames) == 20
    assert all(greenish(frame).sum() > 100 for frame in frames[1:9])
    assert not any(greenish(frame).any() for frame in frames[11:])
    np.testing.assert_allclose(len(read_audio(output)) / 16000, 0.8, atol=0.05)
    with av.open(output) as file:
        said = file.metadata["comment"]
    assert said.startswith(SYNTHETIC_COMMENT) and "Landmarks drawn over talk.mp4" in said


@pytest.mark.parametrize("sound", [True, False])
def test_any_clip_is_shown_in_time_and_without_a_sound_too(tmp_path, sound):
    options = () if sound else ("-an",)
    clip = flash_and_beep(tmp_path / "clip.mkv", *options, seconds=4.0, rate="30")
    output = tmp_path / "seen.mp4"
    assert main(["preview", str(clip), "-o", str(output)]) == 0
    assert count_frames(output) == 100
    np.testing.assert_allclose(flash_times(output), [0, 50 / 30, 100 / 30], atol=0.05)
    with av.open(output) as file:
        assert bool(file.streams.audio) == sound


def test_a_picture_shows_them(tmp_path, capsys):
    portrait, output = write_portrait(tmp_path / "me.jpg"), tmp_path / "seen.png"
    assert main(["preview", str(portrait), "-o", str(output)]) == 0
    assert "the landmarks of" in capsys.readouterr().out
    assert greenish(read_image(output)).sum() > 50
    assert not greenish(read_image(portrait)).any()


@pytest.mark.survives(OUTPUTS)
def test_nothing_is_written_over(talk, tmp_path, capsys, survival):
    mine = tmp_path / "mine.mp4"
    mine.write_bytes(b"mine")
    link = tmp_path / "link.mp4"
    link.symlink_to(talk)
    survival.watch(talk.parent)
    survival.watch(mine)
    cases = {str(mine): "--force", str(talk): "never written to", str(link): "never written to"}
    survival.tried(len(cases))
    for output, words in cases.items():
        force = [] if words == "--force" else ["--force"]
        assert main(["preview", str(talk), "-o", output, *force]) == 1
        assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("media", "output", "words"),
    [
        ("none.mp4", "a.mp4", "none.mp4 is not there"),
        ("talk.mp4", "a.png", "end with .mp4"),
        ("me.png", "a.mp4", "end with .png"),
        ("speech.wav", "a.mp4", "no moving picture"),
        ("notes.mp4", "a.mp4", "notes.mp4"),
        ("wall.png", "a.png", "no face was found"),
    ],
)
def test_mistakes_are_one_sentence(tmp_path, monkeypatch, capsys, media, output, words):
    from mit_core.media.image import write_image

    monkeypatch.chdir(tmp_path)
    write_portrait(tmp_path / "me.png")
    write_speech(tmp_path / "speech.wav")
    write_image(tmp_path / "wall.png", np.full((64, 64, 3), 90, np.uint8))
    (tmp_path / "talk.mp4").write_bytes(b"")
    (tmp_path / "notes.mp4").write_text("no video")
    assert main(["preview", media, "-o", output]) == 1
    err = capsys.readouterr().err
    assert words in err and err.count("\n") == 1
    assert not (tmp_path / output).exists()
