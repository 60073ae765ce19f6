"""How long a dry run takes to plan a large corpus."""

import subprocess
import sys
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]


def plan_videos(folder: Path, videos: int = 1000) -> float:
    """Seconds that ``snakemake --dry-run`` takes with so many videos in config, start to end."""
    footage = folder / "footage"
    footage.mkdir(parents=True)
    for number in range(videos):
        (footage / f"{number:05d}.mp4").write_bytes(b"x")
    for name in ("face.png", "voice.wav"):
        (folder / name).touch()
    config = {
        "results": str(folder / "results"),
        "corpus": {"videos": str(footage), "shards": 10},
        "animate": {"portraits": str(folder / "face.png"), "speech": str(folder / "voice.wav")},
    }
    (folder / "my.yaml").write_text(yaml.safe_dump(config))
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    command += ["--directory", str(folder), "--cores", "1", "--dry-run", "--quiet", "all"]
    command += ["--configfile", str(ROOT / "config.yaml"), str(folder / "my.yaml")]
    started = time.perf_counter()
    subprocess.run([*command, "--", "all"], check=True, capture_output=True)
    return time.perf_counter() - started
