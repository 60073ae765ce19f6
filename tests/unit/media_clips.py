"""Small clips with a flash and a beep at the same instants, made on the spot."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import numpy.typing as npt

from mit_core.media.audio import read_audio
from mit_core.media.video import read_frames

FRAME_S = 1 / 25


def ffmpeg(*arguments: str | Path) -> None:
    words = [str(argument) for argument in arguments]
    # the wheel's own: a system one may be too old for what only the tests ask of it
    binary = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([binary, "-v", "error", "-nostdin", "-y", *words], check=True)


def flash_and_beep(
    path: Path,
    *options: str,
    seconds: float = 4.0,
    rate: str = "25",
    every_frames: int = 50,
    size: str = "64x48",
    picture_filter: str = "null",
) -> Path:
    """Every ``every_frames`` frames, four white frames and a 0.1 s beep begin together."""
    numerator, _, denominator = rate.partition("/")
    period = every_frames * int(denominator or 1) / int(numerator)
    white = f"drawbox=c=white:t=fill:enable='lt(mod(n,{every_frames}),4)'"
    # +1e-6: a sum of floats must not begin a beep one period late
    tone = f"aevalsrc='0.5*sin(2*PI*1000*t)*lt(mod(t+1e-6,{period!r}),0.1)':s=44100:d={seconds}"
    ffmpeg(
        *("-f", "lavfi", "-i", f"color=black:s={size}:r={rate}:d={seconds},{white}"),
        *("-f", "lavfi", "-i", tone),
        *("-vf", picture_filter, *options, path),
    )
    return path


def flash_times(video: Path) -> npt.NDArray[np.floating]:
    """Seconds at which a 25 fps video turns white."""
    white = np.array([frame.mean() > 128 for frame in read_frames(video)])
    return np.flatnonzero(white & ~np.r_[False, white[:-1]]) * FRAME_S


def beep_times(sound: Path) -> npt.NDArray[np.floating]:
    """Seconds at which beeps begin."""
    loud = np.flatnonzero(np.abs(read_audio(sound)) > 0.1) / 16000
    return loud[np.r_[True, np.diff(loud) > 0.2]]
