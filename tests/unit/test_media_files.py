"""mit_core.media.audio, video and image: what is written comes back."""

from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from media_clips import ffmpeg, flash_and_beep
from PIL import Image, ImageOps

from mit_core.errors import ClipError, UserError
from mit_core.media.audio import audio_seconds, read_audio, write_wav
from mit_core.media.image import read_image, write_image
from mit_core.media.video import SYNTHETIC_COMMENT, VideoWriter, count_frames, read_frames

COLOURS = np.array(
    [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [0, 0, 0], [128, 60, 200]], np.uint8
)


def plain_frame(colour: np.ndarray, height: int = 32, width: int = 48) -> np.ndarray:
    return np.broadcast_to(colour, (height, width, 3))


def write_ramp(path: Path, count: int, fps: float = 25, **options: object) -> None:
    with VideoWriter(path, fps, 48, 32, **options) as writer:  # type: ignore[arg-type]
        for index in range(count):
            writer.write(plain_frame(np.full(3, index, np.uint8)))


def test_wav_round_trip_is_exact(tmp_path: Path) -> None:
    steps = np.arange(-32768, 32768, 7) / 32768
    write_wav(tmp_path / "a.wav", steps, 16000)
    np.testing.assert_array_equal(read_audio(tmp_path / "a.wav"), steps.astype(np.float32))


def test_loud_sound_is_clipped_and_never_wraps(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", np.array([2.0, 1.0, -1.0, -3.0]))
    np.testing.assert_allclose(read_audio(tmp_path / "a.wav"), [1, 1, -1, -1], atol=1e-4)


def test_other_rates_and_channels(tmp_path: Path) -> None:
    ffmpeg(
        *("-f", "lavfi", "-i", "aevalsrc='0.8*sin(2*PI*500*t)|0':s=44100:d=2"),
        *("-c:a", "flac", tmp_path / "stereo.flac"),
    )
    sound = read_audio(tmp_path / "stereo.flac", 16000)
    assert sound.dtype == np.float32 and len(sound) == 32000
    expected = 0.4 * np.sin(2 * np.pi * 500 * np.arange(32000) / 16000)
    np.testing.assert_allclose(sound[200:-200], expected[200:-200], atol=5e-3)


def test_two_loud_channels_do_not_clip(tmp_path: Path) -> None:
    ffmpeg(
        *("-f", "lavfi", "-i", "aevalsrc='0.9*sin(2*PI*500*t)|0.9*sin(2*PI*500*t)':s=48000:d=1"),
        *("-c:a", "pcm_f32le", tmp_path / "stereo.wav"),
    )
    assert np.abs(read_audio(tmp_path / "stereo.wav")).max() == pytest.approx(0.9, abs=0.01)


def test_sound_that_changes_its_kind_on_the_way(tmp_path: Path) -> None:
    for name, options in [("a.ts", ("-ac", "1")), ("b.ts", ("-ac", "2"))]:
        ffmpeg(
            *("-f", "lavfi", "-i", "sine=500:d=1", *options),
            *("-c:a", "mp2", tmp_path / name),
        )
    joined = tmp_path / "joined.ts"
    joined.write_bytes((tmp_path / "a.ts").read_bytes() + (tmp_path / "b.ts").read_bytes())
    expected = sum(len(read_audio(tmp_path / name)) for name in ("a.ts", "b.ts"))
    assert len(read_audio(joined)) == pytest.approx(expected, abs=2)


def test_no_sound(tmp_path: Path) -> None:
    write_ramp(tmp_path / "mute.mp4", 3)
    with pytest.raises(ClipError, match=r"mute\.mp4 has no sound") as caught:
        read_audio(tmp_path / "mute.mp4")
    assert caught.value.verdict == "no_audio"


@pytest.mark.parametrize(("width", "height"), [(48, 32), (49, 33), (47, 32), (2, 31)])
def test_colours_survive_any_size(tmp_path: Path, width: int, height: int) -> None:
    path = tmp_path / 'odd "말".mp4'
    with VideoWriter(path, 25, width, height) as writer:
        for colour in COLOURS:
            writer.write(plain_frame(colour, height, width))
    frames = list(read_frames(path))
    assert len(frames) == len(COLOURS)
    for colour, frame in zip(COLOURS, frames, strict=True):
        assert frame.shape == (height + height % 2, width + width % 2, 3)
        assert np.abs(frame.astype(int) - colour).max() <= 4  # 8-bit YUV and x264 at crf 18


def test_some_frames_are_the_same_as_of_all(tmp_path: Path) -> None:
    write_ramp(tmp_path / "ramp.mp4", 200, crf=10)
    every = list(read_frames(tmp_path / "ramp.mp4"))
    assert count_frames(tmp_path / "ramp.mp4") == len(every) == 200
    for start, stop in [(0, 3), (1, 2), (120, 125), (199, None), (200, None), (5, 5)]:
        part = list(read_frames(tmp_path / "ramp.mp4", start, stop))
        assert len(part) == len(every[start:stop])
        for ours, expected in zip(part, every[start:stop], strict=True):
            np.testing.assert_array_equal(ours, expected)


def test_frames_are_numbered_as_stored_at_a_variable_rate(footage: Path) -> None:
    clip = footage / "bad" / "variable_frame_rate.mp4"
    every = list(read_frames(clip))
    part = list(read_frames(clip, 60, 64))
    np.testing.assert_array_equal(part, every[60:64])


def test_turned_footage_is_read_upright(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "plain.mp4", 25, 48, 32) as writer:
        frame = np.zeros((32, 48, 3), np.uint8)
        frame[:16, :24] = 255  # top left
        writer.write(frame)
    plain, side = tmp_path / "plain.mp4", tmp_path / "side.mp4"
    ffmpeg("-display_rotation", "90", "-i", plain, "-c", "copy", side)
    ffmpeg("-i", side, tmp_path / "side.png")  # ffmpeg turns by itself
    (turned,) = read_frames(side)
    assert turned.shape == (48, 32, 3)
    assert np.abs(turned.astype(int) - read_image(tmp_path / "side.png")).mean() < 2


@settings(max_examples=8, deadline=None)
@example(samples=8176, frames=1, fps=25)
@given(samples=st.integers(1000, 30000), frames=st.integers(1, 12), fps=st.sampled_from([25, 62.5]))
def test_video_lasts_as_long_as_its_sound(
    tmp_path_factory: pytest.TempPathFactory, samples: int, frames: int, fps: float
) -> None:
    folder = tmp_path_factory.mktemp("mux")
    write_wav(folder / "a.wav", 0.3 * np.sin(np.arange(samples) / 7))
    write_ramp(folder / "out.mp4", frames, fps, audio=folder / "a.wav")
    assert len(read_audio(folder / "out.mp4")) == samples
    assert audio_seconds(folder / "out.mp4") == samples / 16000
    assert count_frames(folder / "out.mp4") == max(frames, int(np.ceil(samples / 16000 * fps)))


def test_sound_is_not_shifted_by_the_encoder(tmp_path: Path) -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, 16000) * (np.arange(16000) > 5000)
    write_wav(tmp_path / "a.wav", sound)
    write_ramp(tmp_path / "out.mp4", 25, audio=tmp_path / "a.wav")
    lags = np.correlate(read_audio(tmp_path / "out.mp4")[4000:12000], sound[5000:11000])
    assert np.argmax(lags) == 1000


def test_the_file_says_that_it_is_synthetic_only_where_it_is(tmp_path: Path) -> None:
    write_ramp(tmp_path / "made.mp4", 3)
    write_ramp(tmp_path / "filmed.mp4", 3, synthetic=False)
    with av.open(str(tmp_path / "made.mp4")) as made, av.open(str(tmp_path / "filmed.mp4")) as film:
        assert made.metadata["comment"] == SYNTHETIC_COMMENT
        assert "comment" not in film.metadata


def test_equal_frames_give_equal_bytes(tmp_path: Path) -> None:
    write_ramp(tmp_path / "a.mp4", 30)
    write_ramp(tmp_path / "b.mp4", 30)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_a_failed_video_leaves_nothing_behind(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="renderer"),
        VideoWriter(tmp_path / "out.mp4", 25, 48, 32) as writer,
    ):
        writer.write(plain_frame(COLOURS[0]))
        raise RuntimeError("renderer")
    with pytest.raises(ValueError, match="no frame"), VideoWriter(tmp_path / "o.mp4", 25, 48, 32):
        pass
    with (
        pytest.raises(ValueError, match="expected"),
        VideoWriter(tmp_path / "out.mp4", 25, 48, 32) as writer,
    ):
        writer.write(plain_frame(COLOURS[0], 30, 48))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("channels", [3, 4])
def test_picture_round_trip(tmp_path: Path, channels: int) -> None:
    image = np.random.default_rng(1).integers(0, 255, (7, 5, channels), np.uint8)
    write_image(tmp_path / "초상 'x'.png", image)
    np.testing.assert_array_equal(read_image(tmp_path / "초상 'x'.png"), image)


def test_pictures_of_other_kinds(tmp_path: Path) -> None:
    grey = np.arange(0, 256, dtype=np.uint8).reshape(16, 16)
    Image.fromarray(grey).save(tmp_path / "grey.png")
    Image.fromarray(grey.astype(np.uint16) * 257).save(tmp_path / "grey16.png")
    for name in ("grey.png", "grey16.png"):
        np.testing.assert_array_equal(read_image(tmp_path / name), np.stack([grey] * 3, -1))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held sideways: turn by 90 degrees clockwise
    Image.fromarray(grey[:8]).save(tmp_path / "side.png", exif=exif)
    np.testing.assert_array_equal(read_image(tmp_path / "side.png")[..., 0], np.rot90(grey[:8], -1))


@pytest.mark.parametrize(
    ("mode", "options"),
    [
        *((mode, {}) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr")),
        *((mode, {"transparency": 0}) for mode in ("L", "P")),
    ],
)
def test_a_picture_in_strips_is_what_pil_makes_of_the_whole(tmp_path, monkeypatch, mode, options):
    monkeypatch.setattr("mit_core.media.image._STRIP", 100)
    colours = np.random.default_rng(2).integers(0, 255, (23, 31, 4), np.uint8)
    whole = Image.fromarray(colours).convert("RGB").convert(mode)
    ending = {"CMYK": ".jpg", "YCbCr": ".tiff"}.get(mode, ".png")
    file = tmp_path / f"a{ending}"
    exif = Image.Exif()
    exif[0x0112] = 6
    whole.save(file, exif=exif, **options)
    with Image.open(file) as opened:
        assert opened.mode == mode
        upright = ImageOps.exif_transpose(opened)
        kind = "RGBA" if opened.has_transparency_data else "RGB"
        expected = np.asarray(upright.convert(kind))
    assert expected.shape[:2] == (31, 23)
    np.testing.assert_array_equal(read_image(file), expected)


def test_deep_grey_in_strips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mit_core.media.image._STRIP", 40)
    grey = np.arange(23 * 31, dtype=np.uint16).reshape(23, 31) * 80
    Image.fromarray(grey).save(tmp_path / "grey.png")
    np.testing.assert_array_equal(read_image(tmp_path / "grey.png")[..., 1], grey >> 8)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("1", (10_000, 6_711)).save(tmp_path / "a.png")
    monkeypatch.delattr("PIL.PngImagePlugin.PngImageFile.load_prepare")
    monkeypatch.delattr("PIL.ImageFile.ImageFile.load")
    with pytest.raises(UserError, match=r"a\.png has more than 67,108,864 pixels"):
        read_image(tmp_path / "a.png")


def test_pictures_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("x")
    good = tmp_path / "good.png"
    write_image(good, np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8))
    (tmp_path / "half.png").write_bytes(good.read_bytes()[:5000])
    for name in ("missing.png", "text.png", "half.png"):
        with pytest.raises(UserError, match=name):
            read_image(tmp_path / name)


def test_a_truncated_video_is_read_as_far_as_it_goes(footage: Path) -> None:
    assert len(list(read_frames(footage / "bad" / "truncated.mpg"))) == 19


def test_frames_of_a_sound_file(tmp_path: Path) -> None:
    clip = flash_and_beep(tmp_path / "a.mp4", seconds=1)
    ffmpeg("-i", clip, "-vn", tmp_path / "a.m4a")
    with pytest.raises(ClipError, match=r"a\.m4a has no moving picture"):
        next(read_frames(tmp_path / "a.m4a"))
