"""What working many clips in one job gains over the straightforward way, a job for each clip.

    python -m benchmarks sharding

As many clips as MIT_SHARDED_CLIPS says, 200 by default, of three seconds each, as in GRID or LRS;
what longer clips gain is less, since a job's start then weighs less. In CPU seconds, which other
work on the machine hardly changes, of all that a stage takes: its jobs and Snakemake itself, the
stages one after the other. Each clip takes some 20 s of a core.
"""

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import ffmpeg
import yaml

from benchmarks.amount import amount
from mit_core.corpus.layout import STAGES
from mit_core.demo.footage import Settings, make_footage
from mit_core.demo.plan import plan
from mit_core.media.ffmpeg import run

ROOT = Path(__file__).resolve().parents[1]
CLIPS, SPEAKERS = int(os.environ.get("MIT_SHARDED_CLIPS", amount("200", "2"))), 10
MADE = 4  # different clips; the others are copies
SECONDS = 3.0
CORES = 2
MANY = 9999  # so many shards that hardly two clips share one


def shard_clips(folder: Path, clips: int = CLIPS) -> list[tuple[str, str]]:
    """Clips a minute of a core, stage by stage, of one corpus in a few shards and clip by clip."""
    footage = folder / "footage"
    make_footage(plan(3)[:MADE], folder / "made", folder / "truth", Settings(size=192))
    made = [_cut(path) for path in sorted((folder / "made").iterdir())]
    for number in range(clips):
        speaker = footage / f"speaker{number % SPEAKERS}"
        speaker.mkdir(parents=True, exist_ok=True)
        shutil.copy(made[number % MADE], speaker / f"{number:04d}.mp4")
    together = _prepare(folder / "together", footage, CORES)
    alone = _prepare(folder / "alone", footage, MANY)

    def row(name: str, ours: float, theirs: float) -> tuple[str, str]:
        minute = 60 * clips
        return (
            name,
            f"{minute / ours:.0f} clips a minute of a core, clip by clip {minute / theirs:.0f}: "
            f"{theirs / ours:.1f} times",
        )

    rows = [row(stage, together[stage], alone[stage]) for stage in STAGES]
    whole = f"all stages, {clips} clips of {SECONDS:g} s"
    return [*rows, row(whole, sum(together.values()), sum(alone.values()))]


def _cut(clip: Path) -> Path:
    cut = clip.with_name(f"cut_{clip.name}")
    run(ffmpeg.input(str(clip), t=SECONDS).output(str(cut)), f"cutting {clip.name}")
    return cut


def _prepare(folder: Path, footage: Path, shards: int) -> dict[str, float]:
    """CPU seconds of each stage."""
    folder.mkdir()
    config = {"results": "out", "corpus": {"videos": str(footage), "shards": shards}}
    (folder / "my.yaml").write_text(yaml.safe_dump(config))
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    command += ["--directory", str(folder), "--cores", str(CORES), "--quiet", "all"]
    command += ["--configfile", str(ROOT / "config.yaml"), str(folder / "my.yaml")]
    times = {}
    for stage in STAGES:
        before = _cpu_seconds()
        done = [*command, "--until", stage, "--", "out/corpus/funnel.tsv"]
        subprocess.run(done, check=True, capture_output=True)
        times[stage] = _cpu_seconds() - before
    return times


def _cpu_seconds() -> float:
    """Of this process's children that have ended, and theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
