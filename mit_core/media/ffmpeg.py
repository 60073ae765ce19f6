"""Where ffmpeg is, and running it so that its own words reach the user."""

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import ffmpeg

from mit_core.errors import UserError

# ffmpeg repeats a complaint once a packet; its last lines say what ended it.
_LAST_LINES = 3


# Kinds that hold their media themselves. A playlist (HLS, DASH, ffconcat, SDP ...) may call itself
# mp4 and name files and addresses that its reader then opens.
_SELF_CONTAINED = (
    *("mov", "mp4", "matroska", "webm", "avi", "mpeg", "mpegts", "mpegvideo", "mpegtsraw", "vob"),
    *("asf", "flv", "mxf", "ivf", "nut", "dv", "ogg", "h264", "hevc", "m4v", "mjpeg", "rawvideo"),
    *("wav", "w64", "rf64", "flac", "mp3", "aac", "ac3", "aiff", "au", "caf", "amr", "gif", "apng"),
    *("image2", "png_pipe", "jpeg_pipe", "bmp_pipe", "webp_pipe", "tiff_pipe"),
)
ONE_FILE = {"protocol_whitelist": "file", "format_whitelist": ",".join(_SELF_CONTAINED)}
"""ffmpeg's options of an input that opens nothing but itself."""

MAX_PIXELS = 8192 * 8192
"""Larger pictures are refused, 8K being half of it: a few bytes may claim any size."""


# By these a process is ended from outside; any other signal is a crash, and what it read the cause.
_FROM_OUTSIDE = {
    *(signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT),
    *(signal.SIGXCPU, signal.SIGXFSZ, signal.SIGUSR1, signal.SIGUSR2),
}


class FfmpegError(UserError):
    """ffmpeg refused or failed; the message ends with its own last words."""


class FfmpegKilledError(RuntimeError):
    """ffmpeg was ended from outside, which says nothing of what it read."""


@lru_cache(maxsize=1)
def ffmpeg_binary() -> str:
    """Path of the ffmpeg to run: the system's where it can write H.264, else imageio-ffmpeg's own.

    Raises:
        UserError: there is neither.
    """
    system = shutil.which("ffmpeg")
    # Some distributions build theirs without the encoder, for its patents.
    if system and _writes_h264(system):
        return system
    # imported late: a system ffmpeg needs no wheel
    import imageio_ffmpeg

    try:
        return imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as error:
        raise UserError(
            "No ffmpeg program was found. Install the package imageio-ffmpeg, or put an "
            "ffmpeg with libx264 on the PATH."
        ) from error


def _writes_h264(binary: str) -> bool:
    arguments = [binary, "-hide_banner", "-encoders"]
    said = subprocess.run(arguments, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    return b" libx264 " in said.stdout


def media_url(path: str | Path) -> str:
    """An absolute name, so that ffmpeg reads ``a:b.mp4`` as a file and not as a protocol."""
    return os.fspath(Path(path).absolute())


class FfmpegProcess:
    """A running ffmpeg whose standard input may be written to.

    Its complaints go to a temporary file rather than a pipe: nobody has to drain it, so neither
    side can wait for the other for ever.

    Args:
        graph: an ffmpeg-python output node.
        doing: what it is doing, for the message, e.g. ``"writing talk.mp4"``.
        feed: True where the caller writes raw data to ``stdin``.
    """

    def __init__(self, graph: Any, doing: str, feed: bool = False):
        self._doing = doing
        self._words = tempfile.TemporaryFile()  # noqa: SIM115  (closed in __exit__)
        arguments = ffmpeg.compile(
            graph.global_args("-hide_banner", "-loglevel", "error", "-nostats"),
            cmd=ffmpeg_binary(),
            overwrite_output=True,
        )
        self._process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._words,
        )

    def write(self, data: memoryview | bytes) -> None:
        """Write raw data to ffmpeg; raises FfmpegError when it has ended already."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(data)
        except (BrokenPipeError, ConnectionResetError) as error:
            self._process.wait()
            raise self._error() from error

    def finish(self) -> None:
        """Close the input and wait for the end; raises FfmpegError when ffmpeg failed."""
        pipe: IO[bytes] | None = self._process.stdin
        if pipe is not None and not pipe.closed:
            try:
                pipe.close()
            except (BrokenPipeError, ConnectionResetError) as error:
                self._process.wait()
                raise self._error() from error
        if self._process.wait() != 0:
            raise self._error()

    def __enter__(self) -> "FfmpegProcess":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._process.stdin is not None and not self._process.stdin.closed:
            # killed with data still on its way: the error under way says why
            with suppress(BrokenPipeError, ConnectionResetError):
                self._process.stdin.close()
        self._words.close()

    def _error(self) -> FfmpegError | FfmpegKilledError:
        status = self._process.returncode
        if status is not None and -status in _FROM_OUTSIDE:
            return FfmpegKilledError(
                f"ffmpeg was ended from outside ({signal.Signals(-status).name}) while "
                f"{self._doing}, as happens where memory runs out."
            )
        self._words.seek(0)
        lines = self._words.read().decode("utf-8", "replace").strip().splitlines()
        words = " / ".join(line.strip() for line in lines[-_LAST_LINES:])
        said = words or f"nothing, exit code {self._process.returncode}"
        return FfmpegError(f"ffmpeg failed while {self._doing}. It said: {said}")


def run(graph: Any, doing: str) -> None:
    """Run an ffmpeg-python graph to its end.

    Raises:
        FfmpegError: ffmpeg failed; the message carries its last words.
        FfmpegKilledError: somebody ended it.
    """
    with FfmpegProcess(graph, doing) as process:
        process.finish()
