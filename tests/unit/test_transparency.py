"""Portraits with transparency: kept by some containers, put on a background by others."""

import numpy as np
import pytest
from drawn_faces import face_landmarks, speak
from drawn_puppets import write_puppet

from mit_core.errors import UserError
from mit_core.faces.portrait import portrait_landmarks
from mit_core.faces.puppet_files import read_puppet
from mit_core.media.audio import write_wav
from mit_core.media.ffmpeg import ffmpeg_binary
from mit_core.media.image import read_image, write_image
from mit_core.media.probe import open_media
from mit_core.media.video import SYNTHETIC_COMMENT, VideoWriter, read_frames
from mit_core.rendering import film
from mit_core.rendering.backdrop import bled, open_backdrop, over

HEIGHT, WIDTH = 121, 99  # odd, as pictures are


def _disc(shift: int = 0) -> np.ndarray:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    frame = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    frame[np.hypot(x - 40 - shift, y - 60) < 30] = (200, 90, 40, 255)
    return frame


def _decoded(path, coder: list[str]) -> np.ndarray:
    import subprocess

    command = [ffmpeg_binary(), "-loglevel", "error", *coder, "-i", str(path), "-f", "rawvideo",
               "-pix_fmt", "rgba", "-"]  # fmt: skip
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, HEIGHT + 1, WIDTH + 1, 4)


@pytest.mark.parametrize(("suffix", "coder"), [("mov", []), ("webm", ["-c:v", "libvpx-vp9"])])
def test_alpha_sound_and_mark_are_kept(tmp_path, suffix, coder) -> None:
    path = tmp_path / f"a.{suffix}"
    write_wav(tmp_path / "a.wav", np.sin(np.arange(16000) / 9).astype(np.float32) / 3, 16000)
    with VideoWriter(path, 25, WIDTH, HEIGHT, tmp_path / "a.wav", alpha=True) as writer:
        for shift in range(20):
            writer.write(bled(_disc(shift)))
    shown = _decoded(path, coder)
    assert len(shown) == 25  # as long as the sound
    wanted = _disc(12)
    alpha = shown[12, :HEIGHT, :WIDTH, 3].astype(int)
    assert np.abs(alpha - wanted[..., 3]).mean() < 2
    seen = wanted[..., 3] == 255
    assert np.abs(shown[12, :HEIGHT, :WIDTH, :3].astype(int) - wanted[..., :3])[seen].mean() < 6
    with open_media(path) as container:
        tags = {key.lower(): value for key, value in container.metadata.items()}
        assert tags["comment"] == SYNTHETIC_COMMENT
        assert container.streams.audio


def test_a_container_that_keeps_no_alpha_is_refused(tmp_path) -> None:
    for name in ("a.mp4", "a.avi"):
        with pytest.raises(ValueError, match="cannot hold"):
            VideoWriter(tmp_path / name, 25, 8, 8, alpha=True)


def test_hidden_colours_take_those_beside_them() -> None:
    spread = bled(_disc())
    assert (spread[..., :3] == (200, 90, 40)).all()
    assert np.array_equal(spread[..., 3], _disc()[..., 3])
    opaque = np.zeros((4, 4, 3), np.uint8)
    assert bled(opaque) is opaque


def test_a_background_is_a_colour_or_a_picture_that_fills(tmp_path) -> None:
    assert (open_backdrop("#0a10ff", 3, 2) == (10, 16, 255)).all()
    picture = np.zeros((50, 200, 3), np.uint8)
    picture[:, 75:125] = 200  # the middle square
    write_image(tmp_path / "b.png", picture)
    filled = open_backdrop(tmp_path / "b.png", 100, 100)
    assert filled.shape == (100, 100, 3)
    assert filled[:, 5:95].min() == 200
    assert np.array_equal(over(_disc(), np.array([1, 2, 3]))[0, 0], [1, 2, 3])
    for wrong in ("#12345", "no such.png"):
        with pytest.raises(UserError, match=r"render\.background.*#rrggbb"):
            film.Settings(background=wrong)


def test_films_keep_transparency_or_get_a_background(tmp_path) -> None:
    points = face_landmarks(WIDTH, HEIGHT)
    image = _disc()
    image[20:] |= np.array([0, 0, 0, 255], np.uint8)
    write_image(tmp_path / "p.png", image)
    frames = [speak(points, 0.1), points]

    def first(name: str, **settings) -> np.ndarray:
        file = tmp_path / name
        film.render_animation(
            tmp_path / "p.png", points, frames, 25, None, file, film.Settings(**settings)
        )
        return next(iter(read_frames(file)))

    assert first("w.mp4")[:15].min() > 240
    green = first("g.mp4", background="#00ff00")[:15].mean(axis=(0, 1))
    assert green[1] > 240
    assert green[[0, 2]].max() < 20
    first("k.mov", container="mov")
    kept = _decoded(tmp_path / "k.mov", [])
    assert kept[0, :15, ..., 3].max() == 0
    assert kept[0, 30:110, ..., 3].min() == 255
    first("b.mov", container="mov", background="#00ff00")
    assert _decoded(tmp_path / "b.mov", [])[..., 3].min() == 255
    with pytest.raises(ValueError, match="is to be a webm"):
        first("w.mp4", container="webm")


def test_a_puppet_speaks_before_its_own_background(tmp_path) -> None:
    path, _, closed = write_puppet(tmp_path, alpha=True)
    write_image(tmp_path / "toon_bg.png", np.full((30, 32, 3), (20, 200, 20), np.uint8))
    puppet = read_puppet(path, 320, 300)
    driven = [speak(closed, opening) for opening in (0.0, 0.25)]
    points = portrait_landmarks(path, read_image(path))
    film.render_animation(path, points, driven, 25, None, tmp_path / "t.mp4")
    shut, open_ = read_frames(tmp_path / "t.mp4")
    assert np.abs(shut[:20].astype(int) - (20, 200, 20)).mean() < 8
    x, y = np.rint(puppet.open[[62, 66]].mean(axis=0)).astype(int)
    assert open_[y, x, 1] < 80 < shut[y - 25, x, 1]
