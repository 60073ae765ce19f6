"""How long it takes to plan a large corpus, and to find that nothing of it changed."""

import subprocess
import sys
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]


def plan_videos(folder: Path, videos: int = 1000) -> float:
    """Seconds that ``snakemake --dry-run`` takes with so many videos in config, start to end."""
    corpus = _Corpus(folder, videos)
    started = time.perf_counter()
    corpus.snakemake("--dry-run", "--quiet", "all", "--", "all")
    return time.perf_counter() - started


def find_nothing_changed(folder: Path, videos: int) -> float:
    """Seconds until snakemake says that a corpus of so many videos is prepared already.

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
    started = time.perf_counter()
    said = corpus.snakemake(*given)
    seconds = time.perf_counter() - started
    if "Nothing to be done" not in said:
        raise RuntimeError(f"something was to be done:\n{said}")
    return seconds


class _Corpus:
    """A corpus of files of one byte each, in as many shards as ``config.yaml`` advises."""

    def __init__(self, folder: Path, videos: int):
        self._folder = folder
        footage = folder / "footage"
        footage.mkdir(parents=True)
        for number in range(videos):
            (footage / f"{number:05d}.mp4").write_bytes(b"x")
        for name in ("face.png", "voice.wav"):
            (folder / name).touch()
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
