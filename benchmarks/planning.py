"""How long it takes to plan a large corpus, and to find that nothing of it changed."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import yaml

from mit_core.media.image import write_image

ROOT = Path(__file__).resolve().parents[1]


def plan_videos(folder: Path, videos: int = 1000) -> float:
    """CPU seconds that ``snakemake --dry-run`` takes with so many videos, start to end."""
    corpus = _Corpus(folder, videos)
    started = _children_seconds()
    corpus.snakemake("--dry-run", "--quiet", "all", "--", "all")
    return _children_seconds() - started


def find_nothing_changed(folder: Path, videos: int) -> float:
    """CPU seconds until snakemake says that a corpus of so many videos is prepared already.

    Nothing is worked: what preparation would leave are empty files, taken for made (``--touch``).
    """
    corpus = _Corpus(folder, videos)
    # Where the corpus decides what is heard, an empty file would have to tell.
    given = ("--config", "content_feature=mel", "--", "prepare")
    listing = corpus.snakemake("--summary", *given).splitlines()
    for line in listing[1:]:
        path = folder / line.split("\t")[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    corpus.snakemake("--touch", "--quiet", "all", *given)
    started = _children_seconds()
    said = corpus.snakemake(*given)
    seconds = _children_seconds() - started
    if "Nothing to be done" not in said:
        raise RuntimeError(f"something was to be done:\n{said}")
    return seconds


def _children_seconds() -> float:
    """CPU seconds of the processes that were waited for; planning takes one core."""
    times = os.times()
    return times.children_user + times.children_system


class _Corpus:
    """A corpus of files of one byte each, in as many shards as ``config.yaml`` advises."""

    def __init__(self, folder: Path, videos: int):
        self._folder = folder
        footage = folder / "footage"
        footage.mkdir(parents=True)
        for number in range(videos):
            (footage / f"{number:05d}.mp4").write_bytes(b"x")
        write_image(folder / "face.png", np.zeros((9, 9, 3), np.uint8))
        (folder / "voice.wav").touch()
        config = {
            "results": "results",
            "corpus": {"videos": str(footage), "shards": max(2, videos // 100)},
            "animate": {"portraits": str(folder / "face.png"), "speech": str(folder / "voice.wav")},
        }
        (folder / "my.yaml").write_text(yaml.safe_dump(config))

    def snakemake(self, *arguments: str) -> str:
        """What it says."""
        command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
        command += ["--directory", str(self._folder), "--cores", "1"]
        command += ["--configfile", str(ROOT / "config.yaml"), str(self._folder / "my.yaml")]
        done = subprocess.run([*command, *arguments], check=True, capture_output=True, text=True)
        return done.stdout + done.stderr
