"""All benchmarks: preparation, training, rendering; printed, and written to benchmarks/latest.md.

    python -m benchmarks [PART...]

CPU seconds where only one thread works, so that a busy machine does not matter. Of parts that are
named the file gets new figures, the others keep theirs. MIT_BENCH=quick measures so little that
nothing is told but that it runs.
"""

import logging
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

# One thread: figures of a busy machine are then still comparable with those of a quiet one.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from benchmarks.amount import QUICK, amount
from benchmarks.latest import Latest
from benchmarks.long_dump import long_dump
from benchmarks.planning import find_nothing_changed, plan_videos
from benchmarks.render_speech import render_speech
from benchmarks.render_warp import render_warp
from benchmarks.sharding import shard_clips
from benchmarks.stages import bench_stages
from benchmarks.train_steps import train_steps
from benchmarks.train_windows import train_windows

VIDEOS = amount((1000, 10_000), (20, 40))
LATEST = Path(__file__).with_name("latest.md")
Rows = list[tuple[str, str]]


def planning(folder: Path) -> Rows:
    """How long it takes to decide what to do."""
    rows = [
        (f"{videos:,} videos", f"{plan_videos(folder / str(videos), videos):.1f} s")
        for videos in VIDEOS
    ]
    unchanged = find_nothing_changed(folder / "unchanged", VIDEOS[-1])
    return [*rows, (f"{VIDEOS[-1]:,} videos, all prepared already", f"{unchanged:.1f} s")]


def _timed(function: Callable[[Path], dict[str, float]], form: str) -> Callable[[Path], Rows]:
    return lambda folder: [
        (name.replace("_", " "), format(value, form)) for name, value in function(folder).items()
    ]


PARTS: dict[str, tuple[str, Callable[[Path], Rows]]] = {
    "planning": ("Planning, start to end of a dry run, CPU seconds", planning),
    "stages": (
        "Preparation: CPU seconds a minute of video, and megabytes that it leaves",
        lambda folder: [
            (cost.stage, f"{cost.seconds:.2f} s, {cost.megabytes:.2f} MB")
            for cost in bench_stages(folder)
        ],
    ),
    "sharding": (
        "Preparation in shards, beside a job for each clip; CPU time, all included",
        shard_clips,
    ),
    "windows": (
        "Training: windows a second, beside windows stacked in Python; one thread",
        _timed(train_windows, ".1f"),
    ),
    "steps": (
        "Training: steps a second at each recipe's defaults; one thread",
        _timed(train_steps, ".2f"),
    ),
    "memory": ("Training: memory that is its own, by length of the dump", long_dump),
    "warp": (
        "Rendering: mesh warp at 512 x 512, one thread",
        _timed(lambda folder: render_warp(), ".1f"),
    ),
    "speech": (
        "Rendering: 10 s of speech to a video file; two cores, peak memory",
        lambda folder: render_speech(),
    ),
}


def main() -> None:
    logging.disable(logging.INFO)
    wanted = sys.argv[1:] or list(PARTS)
    unknown = sorted(set(wanted) - set(PARTS))
    if unknown:
        sys.exit(f"{unknown[0]} is not a benchmark: choose of {', '.join(PARTS)}")
    latest = Latest(LATEST, [heading for heading, _ in PARTS.values()])
    for name in wanted:
        heading, measure = PARTS[name]
        print(heading, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            rows = measure(Path(folder))
        for row in rows:
            print("  {:<44}{:>14}".format(*row), flush=True)
        if not QUICK:
            latest.put(heading, rows)


if __name__ == "__main__":
    main()
