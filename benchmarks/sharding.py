"""What working many clips in one job gains over a job for each clip.

    python -m benchmarks sharding

As many clips as MIT_SHARDED_CLIPS says, 200 by default; each takes a job clip by clip some 15 CPU
seconds.
"""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from mit_core.corpus.layout import STAGES
from mit_core.demo.footage import Settings, make_footage
from mit_core.demo.plan import plan

ROOT = Path(__file__).resolve().parents[1]
CLIPS, SPEAKERS = int(os.environ.get("MIT_SHARDED_CLIPS", "200")), 10
MADE = 4  # different clips; the others are copies
CORES = 2
MANY = 9999  # so many shards that hardly two clips share one


def shard_clips(folder: Path, clips: int = CLIPS) -> list[tuple[str, str]]:
    """CPU seconds of all jobs of each stage, of one corpus in a few shards and clip by clip."""
    footage = folder / "footage"
    make_footage(plan(3)[:MADE], folder / "made", folder / "truth", Settings(size=192))
    made = sorted((folder / "made").iterdir())
    for number in range(clips):
        speaker = footage / f"speaker{number % SPEAKERS}"
        speaker.mkdir(parents=True, exist_ok=True)
        shutil.copy(made[number % MADE], speaker / f"{number:04d}.mp4")
    together = _prepare(folder / "together", footage, CORES)
    alone = _prepare(folder / "alone", footage, MANY)
    rows = [
        (
            stage,
            f"{together[stage]:.0f} s, clip by clip {alone[stage]:.0f} s: "
            f"{alone[stage] / together[stage]:.1f} times",
        )
        for stage in STAGES
    ]
    whole = [sum(times.values()) for times in (together, alone)]
    return [*rows, (f"all stages, {clips} clips", f"{whole[1] / whole[0]:.1f} times")]


def _prepare(folder: Path, footage: Path, shards: int) -> dict[str, float]:
    folder.mkdir()
    config = {"results": "out", "corpus": {"videos": str(footage), "shards": shards}}
    (folder / "my.yaml").write_text(yaml.safe_dump(config))
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    command += ["--directory", str(folder), "--cores", str(CORES), "--quiet", "all"]
    command += ["--configfile", str(ROOT / "config.yaml"), str(folder / "my.yaml")]
    subprocess.run([*command, "--", "out/corpus/funnel.tsv"], check=True, capture_output=True)
    return {stage: _seconds(folder / "out/benchmarks" / stage) for stage in STAGES}


def _seconds(folder: Path) -> float:
    """Of all jobs whose benchmarks lie in a folder, start of the interpreter and all."""
    total = 0.0
    for path in folder.glob("*.tsv"):
        with path.open(encoding="utf-8", newline="") as file:
            total += sum(float(row["cpu_time"]) for row in csv.DictReader(file, delimiter="\t"))
    return total
