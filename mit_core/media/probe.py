"""What a media file holds, without decoding more of it than one frame."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import av.error
from av.container import InputContainer
from av.stream import Disposition

from mit_core.errors import ClipError
from mit_core.files import is_file
from mit_core.media.ffmpeg import MAX_PIXELS, ONE_FILE, media_url

# A mean rate that is this far (relative) from the nominal one means frames of unequal length.
_RATE_TOLERANCE = 0.01


@dataclass(frozen=True)
class VideoStream:
    """One moving picture.

    Attributes:
        index: number of the stream in its container.
        width, height: stored pixels, after rotation to upright.
        rotation_deg: counter-clockwise turn that makes it upright: 0, 90, 180 or 270.
        codec: ffmpeg's name, e.g. ``h264``.
        fps: mean frames per second.
        variable_rate: True where frames do not all last equally long.
        n_frames: frames the header declares, or estimated from the duration where it says none.
        start_s: time of the first frame after the container's start, seconds.
    """

    index: int
    width: int
    height: int
    rotation_deg: int
    codec: str
    fps: float
    variable_rate: bool
    n_frames: int
    start_s: float


@dataclass(frozen=True)
class AudioStream:
    """One sound track; rates in Hz, durations and start in seconds (see ``VideoStream``)."""

    index: int
    sample_rate: int
    channels: int
    codec: str
    duration_s: float
    start_s: float


@dataclass(frozen=True)
class MediaInfo:
    """What ``probe`` found; ``container`` is ffmpeg's name of the format."""

    path: Path
    container: str
    duration_s: float
    video: VideoStream | None
    audio: AudioStream | None


@contextmanager
def open_media(path: str | Path) -> Iterator[InputContainer]:
    """Open a media file for reading; what goes wrong inside the block is told as a ClipError.

    Raises:
        ClipError: ``not_found``, ``empty_file``, ``not_media``, ``unreadable`` or ``too_large``.
    """
    file = Path(path)
    check_file(file)
    try:
        if file.stat().st_size == 0:
            raise ClipError("empty_file", f"{file.name} is empty (0 bytes). Copy it again.")
        container = av.open(media_url(file), metadata_errors="replace", options=ONE_FILE)
    except av.error.ArgumentError as error:
        raise ClipError(
            "not_media",
            f"{file.name} is not a video or audio file of a kind that is taken: it may be a "
            "playlist, which names other files. Give the video itself, as mp4, mov, mkv or webm.",
        ) from error
    except (av.error.InvalidDataError, av.error.EOFError) as error:
        raise ClipError(
            "not_media",
            f"{file.name} is not a video or audio file that ffmpeg understands, or it breaks off "
            "before its index. Copy or export it again.",
        ) from error
    except (av.error.FFmpegError, OSError) as error:
        raise ClipError("unreadable", f"{file.name} cannot be read: {_words(error)}.") from error
    with container:
        try:
            _refuse_huge(container, file)
            yield container
        except av.error.FFmpegError as error:
            raise ClipError(
                "unreadable",
                f"{file.name} is damaged and cannot be decoded ({_words(error)}). Copy or export "
                "it again.",
            ) from error


def check_file(file: Path) -> None:
    """Raise a ClipError, ``not_found``, ``bad_name`` or ``unreadable``, where a path is no file."""
    if is_file(file):
        return
    if re.search(r"\\x[0-9a-f]{2}", str(file)):  # as the catalogue writes what is no text
        raise ClipError("bad_name", f"The name {file} is not in UTF-8. Rename it.")
    try:
        is_link, is_there = file.is_symlink(), file.exists()
    except OSError:  # a name that no file can have
        is_link = is_there = False
    if is_link:
        raise ClipError("not_found", f"{file.name} is a link that leads to no file. Mend the link.")
    if is_there:
        raise ClipError("unreadable", f"{file.name} is no file but a folder or device. Remove it.")
    raise ClipError("not_found", f"{file}: there is no such file. Check the path.")


def _refuse_huge(container: InputContainer, file: Path) -> None:
    """By what the header claims; decoders are held to the same bound."""
    for stream in container.streams.video:
        if (codec := stream.codec_context) is None:
            continue
        codec.options = {**codec.options, "max_pixels": str(MAX_PIXELS)}
        if codec.width * codec.height > MAX_PIXELS:
            raise ClipError(
                "too_large",
                f"{file.name} has, or claims, pictures of {codec.width} x {codec.height} pixels; "
                f"up to {MAX_PIXELS / 1e6:.0f} megapixels are taken. Scale it down.",
            )


def pick_video(container: InputContainer) -> av.VideoStream | None:
    """The moving picture of a file: its first video stream that is not a cover picture."""
    if container.format.name.endswith("_pipe") or container.format.name == "image2":
        return None  # a still picture
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic and stream.codec_context is not None:
            return stream
    return None


def pick_audio(container: InputContainer) -> av.AudioStream | None:
    """The first sound track that can be decoded."""
    for stream in container.streams.audio:
        if stream.codec_context is not None and stream.codec_context.sample_rate:
            return stream
    return None


def probe(path: str | Path) -> MediaInfo:
    """Say what ``path`` holds.

    Raises:
        ClipError: ``not_found``, ``empty_file``, ``not_media`` or ``unreadable``.
    """
    with open_media(path) as container:
        video, audio = pick_video(container), pick_audio(container)
        image, block = _first_frames(container, video, audio)
        # Browsers record webm without a duration: there only its last packet tells.
        if container.duration is None:
            duration = _last_stamp(container, video, audio)
        else:
            duration = container.duration / av.time_base
        start = (container.start_time or 0) / av.time_base
        return MediaInfo(
            path=Path(path),
            container=container.format.name,
            duration_s=duration,
            # a track that is declared but empty is no track
            video=_video(video, image, duration, start) if video and image else None,
            audio=_audio(audio, block, duration, start) if audio and block else None,
        )


def rotation_of(frame: av.VideoFrame) -> int:
    """Counter-clockwise degrees (0, 90, 180, 270) that make a decoded frame upright."""
    return round(frame.rotation / 90) * 90 % 360


def _first_frames(
    container: InputContainer, video: av.VideoStream | None, audio: av.AudioStream | None
) -> tuple[av.VideoFrame | None, av.AudioFrame | None]:
    """The first picture and block of sound that decode: headers stamp an encoder's run-up too."""
    image: av.VideoFrame | None = None
    block: av.AudioFrame | None = None
    streams = [stream for stream in (video, audio) if stream is not None]
    for packet in container.demux(streams) if streams else ():
        done = image if packet.stream is video else block
        if done is not None:
            continue
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue
        for frame in frames[:1]:
            if isinstance(frame, av.VideoFrame):
                image = frame
            elif isinstance(frame, av.AudioFrame):
                block = frame
        if (video is None or image) and (audio is None or block):
            break
    return image, block


def _video(
    stream: av.VideoStream, first: av.VideoFrame, duration: float, start: float
) -> VideoStream:
    rotation = rotation_of(first)
    width, height = first.width, first.height
    if rotation % 180:
        width, height = height, width
    nominal = float(stream.guessed_rate or stream.average_rate or 0)
    mean = float(stream.average_rate or nominal)
    seconds = stream_seconds(stream) or duration
    return VideoStream(
        index=stream.index,
        width=width,
        height=height,
        rotation_deg=rotation,
        codec=stream.codec_context.name,
        fps=mean,
        variable_rate=abs(mean - nominal) > _RATE_TOLERANCE * nominal,
        n_frames=stream.frames or round(seconds * mean),
        start_s=(first.time or 0.0) - start,
    )


def _audio(
    stream: av.AudioStream, first: av.AudioFrame, duration: float, start: float
) -> AudioStream:
    return AudioStream(
        index=stream.index,
        sample_rate=first.sample_rate,
        channels=first.layout.nb_channels,
        codec=stream.codec_context.name,
        duration_s=stream_seconds(stream) or duration,
        start_s=(first.time or 0.0) - start,
    )


def stream_seconds(stream: av.VideoStream | av.AudioStream) -> float | None:
    """Declared length of one stream in seconds, None where its header does not say."""
    if stream.duration is None or stream.time_base is None:
        return None
    return float(stream.duration * stream.time_base)


def _last_stamp(
    container: InputContainer, video: av.VideoStream | None, audio: av.AudioStream | None
) -> float:
    """Seconds from the container's start to the end of its last packet."""
    start = (container.start_time or 0) / av.time_base
    streams = [stream for stream in (video, audio) if stream is not None]
    end = start
    for packet in container.demux(streams) if streams else ():
        if packet.pts is not None and packet.time_base is not None:
            end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    return end - start


def _words(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error)
