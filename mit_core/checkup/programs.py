"""Programs beside Python: ffmpeg, make, a cluster's, conda."""

import re
import shutil
import subprocess

from mit_core.checkup.check import FOUND, LACKING, NOTE, Check
from mit_core.errors import UserError

_FFMPEG_REMEDY = "install the package imageio-ffmpeg (make env), or an ffmpeg with libx264"


def check_ffmpeg() -> Check:
    """The ffmpeg that reads and writes media, and whether it can write H.264."""
    try:
        from mit_core.media.ffmpeg import ffmpeg_binary

        binary = ffmpeg_binary()
        version = _said(binary, "-version")
        writes = " libx264 " in _said(binary, "-hide_banner", "-encoders")
    except ImportError as error:
        words = f"the Python package {error.name} is missing, by which it is run"
        return Check("ffmpeg", LACKING, words, _FFMPEG_REMEDY)
    except (UserError, OSError) as error:
        return Check("ffmpeg", LACKING, str(error), _FFMPEG_REMEDY)
    found = re.match(r"ffmpeg version (\S+)", version)
    words = f"{found[1] if found else 'of unknown version'}, {binary}"
    if not writes:
        return Check("ffmpeg", LACKING, f"{words}, without libx264", _FFMPEG_REMEDY)
    return Check("ffmpeg", FOUND, f"{words}, with libx264")


def check_make() -> Check:
    """``make``, which starts the demo."""
    if place := shutil.which("make"):
        return Check("make", FOUND, place)
    return Check("make", LACKING, "not found", "install it with your system's package manager")


def check_cluster() -> list[Check]:
    """What other ways of running need; none is needed on one machine."""
    return [
        _optional(
            "SLURM",
            "sbatch",
            "only profiles/slurm needs it: run it on a cluster's login node",
        ),
        _optional(
            "conda",
            "conda",
            "only --sdm conda needs it; install Miniforge to have each rule in its environment",
        ),
    ]


def _optional(name: str, program: str, remedy: str) -> Check:
    if place := shutil.which(program):
        return Check(name, FOUND, place)
    return Check(name, NOTE, f"{program} is not here", remedy)


def _said(*arguments: str) -> str:
    done = subprocess.run(
        arguments,
        capture_output=True,
        check=False,
        text=True,
        errors="replace",
        timeout=30,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout
