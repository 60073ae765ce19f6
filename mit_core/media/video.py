"""Frames in and frames out, one at a time, however long the video is."""

import math
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import av.error
import ffmpeg
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.video.reformatter import VideoReformatter

from mit_core.errors import ClipError
from mit_core.files import written_whole
from mit_core.media.audio import audio_seconds
from mit_core.media.containers import CONTAINERS
from mit_core.media.ffmpeg import ONE_FILE, FfmpegProcess, media_url
from mit_core.media.probe import open_media, pick_video, rotation_of, stream_seconds

Frame = npt.NDArray[np.uint8]

# Says in the file itself that no camera saw this.
SYNTHETIC_COMMENT = "Synthetic media: made by a computer, not recorded by a camera."


def read_frames(path: str | Path, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
    """Yield the frames ``start`` … ``stop - 1`` of a video, upright, one at a time.

    Frames are counted as they are stored: a video with a variable rate is not evened out.

    Args:
        path: any video.
        start: first frame to yield.
        stop: frame to stop before; None for the end of the video.

    Yields:
        shape = (H, W, 3), RGB uint8, the caller's own array.

    Raises:
        ClipError: ``not_found``, ``empty_file``, ``not_media``, ``no_video`` or ``unreadable``.
    """
    with open_media(path) as container:
        stream = _video_stream(container, path)
        stream.codec_context.thread_count = 1
        reformatter = VideoReformatter()
        for index, frame in _numbered(container, stream, start):
            if stop is not None and index >= stop:
                return
            if index >= start:
                image = reformatter.reformat(frame, format="rgb24").to_ndarray()
                yield np.ascontiguousarray(np.rot90(image, rotation_of(frame) // 90))


def count_frames(path: str | Path) -> int:
    """Frames stored in a video, by counting its packets (no decoding). Raises as read_frames."""
    with open_media(path) as container:
        stream = _video_stream(container, path)
        return sum(1 for packet in container.demux(stream) if packet.size)


def _video_stream(container: InputContainer, path: str | Path) -> av.VideoStream:
    stream = pick_video(container)
    if stream is None:
        raise ClipError("no_video", f"{Path(path).name} has no moving picture, only sound.")
    return stream


def _numbered(
    container: InputContainer, stream: av.VideoStream, start: int
) -> Iterator[tuple[int, av.VideoFrame]]:
    """Decoded frames with their numbers, beginning at or before ``start``."""
    rate, base = stream.average_rate, stream.time_base
    if start > 0 and rate and base and _constant_rate(stream):
        # Jump to the key frame before it; only here do time stamps tell a frame's number.
        first = stream.start_time or 0
        container.seek(first + math.floor((start - 0.5) / rate / base), stream=stream)
        for frame in _decode(container, stream):
            if frame.pts is not None:
                yield round((frame.pts - first) * base * rate), frame
        return
    yield from enumerate(_decode(container, stream))


def _decode(container: InputContainer, stream: av.VideoStream) -> Iterator[av.VideoFrame]:
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue  # one bad packet: what players skip, we skip
        yield from frames


def _constant_rate(stream: av.VideoStream) -> bool:
    seconds = stream_seconds(stream)
    rate = stream.average_rate
    if not seconds or not rate or not stream.frames or stream.base_rate != rate:
        return False
    return abs(seconds * rate - stream.frames) < 0.5


class VideoWriter:
    """Write frames to a video and its sound, streaming, whole or not at all.

    The suffix chooses: ``.mp4`` is H.264 and AAC; ``.mov`` ProRes 4444 and AAC, for editing;
    ``.webm`` VP9 and Opus. The last two keep transparency where frames have it.

    Use it as a context manager. An exception inside the block leaves no file behind. A picture of
    odd width or height gets its last column or row twice, since H.264 wants even ones.

    With audio the video lasts as long as the sound, to the frame: its last frame is held where
    fewer were written; no frame that was written is left out. The sound keeps its every sample.

    Args:
        path: the ``.mp4``, ``.mov`` or ``.webm`` to write.
        fps: frames per second, above 0.
        width, height: pixels of the frames that will be written.
        audio: a sound or video file whose sound starts with the first frame.
        crf: x264's constant rate factor, 0 (lossless) to 51; 18 looks like the original. VP9 gets
            what is alike; ProRes has none.
        synthetic: state in the file that it is synthetic.
        alpha: frames have a fourth channel, their coverage.
        made_by: what made it, told beside that it is synthetic.

    Raises:
        FfmpegError: ffmpeg failed, e.g. the disk is full.
        ClipError: ``audio`` cannot be read.
        ValueError: a frame's shape is not (height, width, 3 or, with alpha, 4) uint8, or none was
            written; there is no such container, or it keeps no alpha.
    """

    def __init__(
        self,
        path: str | Path,
        fps: float,
        width: int,
        height: int,
        audio: str | Path | None = None,
        crf: int = 18,
        synthetic: bool = True,
        alpha: bool = False,
        made_by: str = "",
    ):
        self.path = Path(path)
        kind = self.path.suffix.lower().lstrip(".")
        if kind not in CONTAINERS or (alpha and CONTAINERS[kind].pixels[1] is None):
            raise ValueError(f"{self.path.name} cannot hold such video; .mov and .webm keep alpha")
        self._container = CONTAINERS[kind]
        self.frames = 0
        channels = 4 if alpha else 3
        self._shape = (height, width, channels)
        self._rate = Fraction(fps).limit_denominator(1001)
        self._audio = audio
        self._seconds = 0.0 if audio is None else audio_seconds(audio)
        self._crf = crf
        self._comment = " ".join([SYNTHETIC_COMMENT, made_by]).strip() if synthetic else ""
        # even, and the last column and row repeated
        self._canvas = np.empty((height + height % 2, width + width % 2, channels), np.uint8)
        self._stack = ExitStack()
        self._process: FfmpegProcess | None = None

    def __enter__(self) -> "VideoWriter":
        with self._stack:
            part = self._stack.enter_context(written_whole(self.path))
            self._process = self._stack.enter_context(
                FfmpegProcess(self._graph(part), f"writing {self.path.name}", feed=True)
            )
            self._stack = self._stack.pop_all()
        return self

    def write(self, frame: Frame) -> None:
        """Add one frame, shape = (height, width, 3 or, with alpha, 4), RGB(A) uint8."""
        if frame.shape != self._shape or frame.dtype != np.uint8:
            raise ValueError(f"expected {self._shape} uint8, got {frame.shape} {frame.dtype}")
        height, width = self._shape[:2]
        self._canvas[:height, :width] = frame
        self._canvas[height:, :width] = frame[-1:]
        self._canvas[:, width:] = self._canvas[:, width - 1 : width]
        self._send()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._stack:  # whatever is raised in here removes the unfinished file
            if error is not None:
                raise error
            if self.frames == 0:
                raise ValueError(f"no frame was written to {self.path}")
            while self.frames < self._frames_of_audio():
                self._send()
            assert self._process is not None
            self._process.finish()

    def _send(self) -> None:
        if self._process is None:
            raise ValueError("a VideoWriter is used as a context manager")
        self._process.write(self._canvas.data)
        self.frames += 1

    def _frames_of_audio(self) -> int:
        # 1e-6: a sum of floats must not ask for one frame more
        return math.ceil(self._seconds * self._rate - 1e-6)

    def _graph(self, part: Path) -> ffmpeg.Stream:
        height, width, channels = self._canvas.shape
        pixels = "rgba" if channels == 4 else "rgb24"
        picture = ffmpeg.input(
            "pipe:", f="rawvideo", pix_fmt=pixels, s=f"{width}x{height}", r=str(self._rate)
        ).video.filter("scale", out_color_matrix="bt709", out_range="tv")
        options = self._container.options(self._crf, alpha=channels == 4)
        if self._comment:
            options["metadata"] = f"comment={self._comment}"
        if self._audio is None:
            return ffmpeg.output(picture, str(part), **options)
        sound = ffmpeg.input(media_url(self._audio), **ONE_FILE).audio
        return ffmpeg.output(picture, sound, str(part), **options, **self._container.sound)
