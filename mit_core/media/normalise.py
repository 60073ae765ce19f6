"""Every clip on one clock: 25 frames and 16000 samples a second, both from the same instant."""

import wave
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import ffmpeg
import numpy as np

from mit_core.clocks import SAMPLE_RATE, SAMPLES_PER_VIDEO_FRAME, VIDEO_HZ
from mit_core.errors import ClipError
from mit_core.files import written_whole
from mit_core.media.containers import COLOUR_TAGS, ENCODING, MP4, REPRODUCIBLE
from mit_core.media.ffmpeg import MAX_PIXELS, ONE_FILE, FfmpegError, media_url, run
from mit_core.media.probe import MediaInfo, probe
from mit_core.media.video import count_frames

# ffmpeg closes a gap between time stamps and samples once it exceeds this many seconds: half a
# frame, so that sound never strays a whole one, yet well above the 1 ms to which webm rounds.
_GAP_S = 0.5 / VIDEO_HZ
# Samples copied at a time, so that an hour of sound never lies in memory whole (16 MiB).
_BLOCK = 1 << 23


@dataclass(frozen=True)
class Settings:
    """Knobs of ``normalise``.

    Attributes:
        crf: x264's constant rate factor of the working copy, 0 (lossless) to 51.
        max_side: longest side of the working copy in pixels; larger pictures are scaled down.
    """

    crf: int = 18
    max_side: int = 1920


@dataclass(frozen=True)
class NormalisedInfo:
    """What ``normalise`` wrote.

    Attributes:
        frames: video frames; the wav has exactly ``frames * 640`` samples.
        seconds: ``frames / 25``.
        width, height: pixels, even, upright, square.
        source_fps: mean rate of the source, as its header says.
        source_variable_rate: True where its frames did not last equally long.
        audio_seconds: how much of ``seconds`` the source's sound reaches into; silence follows.
    """

    frames: int
    seconds: float
    width: int
    height: int
    source_fps: float
    source_variable_rate: bool
    audio_seconds: float


def normalise(
    video: str | Path,
    audio: str | Path | None,
    out_video: str | Path,
    out_audio: str | Path,
    settings: Settings = Settings(),
) -> NormalisedInfo:
    """Write a clip at 25 constant frames/s, upright, and its sound as mono 16 kHz 16-bit wav.

    Frame 0 and sample 0 are the instant of the source's first frame; frame k is what the source
    shows at k/25 s and sample n what it sounds at n/16000 s, by the source's own time stamps, so
    nothing drifts. Sound that begins late or ends early is filled with silence; sound beyond the
    picture is left out. A separate ``audio`` starts when the video file does.

    Args:
        video: the source; read only.
        audio: its separate sound, or None to take the video's own.
        out_video: the ``.mp4`` to write, without sound.
        out_audio: the ``.wav`` to write.
        settings: see ``Settings``.

    Raises:
        ClipError: as ``probe``, or ``no_video``, ``no_audio``, ``unreadable``.
    """
    source = probe(video)
    sound = source if audio is None else probe(audio)
    if source.video is None:
        raise ClipError("no_video", f"{source.path.name} has no moving picture, only sound.")
    if sound.audio is None:
        raise ClipError("no_audio", f"{sound.path.name} has no sound track.")

    with (
        written_whole(out_video) as video_part,
        written_whole(out_audio) as audio_part,
        TemporaryDirectory(dir=audio_part.parent, prefix=".sound.") as folder,
    ):
        raw = Path(folder) / "pcm.raw"
        try:
            run(_graph(source, sound, video_part, raw, settings), f"converting {source.path.name}")
        except FfmpegError as error:
            raise ClipError(
                "unreadable",
                f"{source.path.name} cannot be converted: it is damaged, or ffmpeg knows no way to "
                f"decode it. Copy or export it again. ({error})",
            ) from error
        frames = count_frames(video_part)
        if frames == 0:
            raise ClipError("no_video", f"{source.path.name} has no frame that can be decoded.")
        heard = _write_exactly(raw, audio_part, frames * SAMPLES_PER_VIDEO_FRAME)
        picture = probe(video_part).video
        assert picture is not None
    return NormalisedInfo(
        frames=frames,
        seconds=frames / VIDEO_HZ,
        width=picture.width,
        height=picture.height,
        source_fps=source.video.fps,
        source_variable_rate=source.video.variable_rate,
        audio_seconds=heard / SAMPLE_RATE,
    )


def _graph(
    source: MediaInfo, sound: MediaInfo, video: Path, raw: Path, settings: Settings
) -> ffmpeg.Stream:
    assert source.video is not None and sound.audio is not None
    # Which instant ffmpeg calls zero varies with its version, the container and the tracks in use;
    # so each track is moved to its own first time stamp, and the sound then by its lag after the
    # picture. A separate sound starts when the file of the picture does.
    lag = (sound.audio.start_s if sound is source else 0.0) - source.video.start_s
    seen = ffmpeg.input(media_url(source.path), max_pixels=MAX_PIXELS, **ONE_FILE)
    heard = seen if sound is source else ffmpeg.input(media_url(sound.path), **ONE_FILE)
    side = settings.max_side
    picture = (
        seen[str(source.video.index)]
        .filter("setpts", "PTS-STARTPTS")
        .filter("fps", fps=VIDEO_HZ, start_time=0, round="near")
        # square pixels first, then no side above max_side, then even by cutting one line
        .filter("scale", "iw*max(sar,1)", "ih/min(sar,1)")
        .filter("setsar", 1)
        .filter("scale", f"min(iw,iw*{side}/max(iw,ih))", f"min(ih,ih*{side}/max(iw,ih))")
        .filter("crop", "floor(iw/2)*2", "floor(ih/2)*2", 0, 0)
        .filter("scale", out_color_matrix="bt709", out_range="tv")
    )
    track = (
        heard[str(sound.audio.index)]
        .filter("asetpts", f"PTS-STARTPTS+({lag:.6f})/TB")
        .filter("aresample", SAMPLE_RATE, first_pts=0, **{"async": 1, "min_hard_comp": _GAP_S})
    )
    video_options = ENCODING | COLOUR_TAGS | REPRODUCIBLE | MP4 | {"crf": settings.crf}
    audio_options = {"f": "s16le", "acodec": "pcm_s16le", "ac": 1, "ar": SAMPLE_RATE}
    return ffmpeg.merge_outputs(
        ffmpeg.output(picture, str(video), **video_options),
        ffmpeg.output(track, str(raw), **audio_options),
    )


def _write_exactly(raw: Path, wav: Path, length: int) -> int:
    """Copy 16-bit samples into a wav of exactly ``length``; returns how many the source had."""
    available = min(raw.stat().st_size // 2, length)
    with raw.open("rb") as source, wave.open(str(wav), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        for begin in range(0, length, _BLOCK):
            block = np.zeros(min(_BLOCK, length - begin), "<i2")
            data = source.read(2 * len(block))
            block[: len(data) // 2] = np.frombuffer(data, "<i2", len(data) // 2)
            file.writeframes(block.tobytes())
    return available
