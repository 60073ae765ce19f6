"""Writes docs/scaling.md: what footage costs by stage, and what hours of it would.

    python -m benchmarks.scaling [OUTPUT.md]

Costs are measured here; hours are extrapolated from them, and the file says how.
"""

import logging
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from benchmarks.stages import Cost, bench_stages
from mit_core.clocks import FEATURE_HZ
from mit_core.corpus.dump import frame_bytes
from mit_core.files import write_text
from mit_core.machine import this_machine

OUTPUT = Path("docs/scaling.md")
HOURS = (1, 100, 2400)  # the last is VoxCeleb2


@dataclass(frozen=True)
class Place:
    """Where footage is prepared: so many nodes of so many cores."""

    name: str
    nodes: int
    cores: int


PLACES = (
    Place("laptop, 4 cores", 1, 4),
    Place("one GPU node of 16 cores", 1, 16),
    Place("cluster, 50 nodes of 16 cores", 50, 16),
)

_TEXT = """# From one laptop to a cluster

What a minute of footage costs, measured by `python -m benchmarks.scaling` on the demo's footage
(256 x 256 pixels, 25 frames a second), one core of {machine}:

{stages}

*Left on disk* is what the stage keeps; `normalise` keeps a working copy of the video. Larger
pictures cost more in `normalise`, `segment` and `landmarks`: decoding grows with the pixels, the
detectors' networks do not. The dump takes {dump:.0f} MB an hour more.

## What hours would take

Extrapolated: seconds a minute, times minutes, over all cores. It leaves out copying footage to a
cluster, waiting in queues, and the start of jobs; a shard of about 100 clips works long enough that
its start (a few seconds) does not count.

{hours}

Preparation needs no GPU with the default detector. With `landmarks: {{detector: face_alignment}}`
the landmarks want one.

## What training takes

Training does not grow with the footage: it takes the steps that its section or `training.budget`
says, and its memory stays flat, since arrays are read through memory maps
(`python -m benchmarks memory`: a training on 10 hours needs what one on 10 minutes does). What does
grow is one pass over the training arrays for their mean and deviation. More footage is worth more
steps; README has steps a second on a CPU and on a GPU. Where `training.devices` is more than 1,
each takes batches of its own and gradients are averaged; `training.nodes` does the same over nodes,
started by torchrun through `training.launcher`.

## How to spread it

- `corpus.shards`: about one for each 100 clips, and at least one a core. A clip stays in its shard
  when others are added, so that a new video works its own shard alone and, inside it, itself alone.
- 10,000 videos are planned in seconds, and so is finding that nothing changed
  (`python -m benchmarks planning`; figures in [benchmarks/latest.md](../benchmarks/latest.md)).
- One job a clip costs many times as much, most of it interpreters that start
  (`python -m benchmarks sharding`).
- On SLURM, `--slurm-array-jobs=all` submits jobs of one rule as arrays, which schedulers like.
- `profiles/slurm` and `profiles/cluster-generic` hold partitions, walltime and memory; no rule is
  edited. `mem_mb` grows with each retry.
"""


def main() -> None:
    logging.disable(logging.INFO)
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUT
    with tempfile.TemporaryDirectory() as folder:
        costs = bench_stages(Path(folder))
    machine = this_machine()
    text = _TEXT.format(
        machine=f"{machine['processor']}, {machine['cores']} cores",
        stages=_stages(costs),
        dump=frame_bytes() * FEATURE_HZ * 3600 / 1e6,
        hours=_hours(costs[1:], frame_bytes() * FEATURE_HZ * 3600 / 1e6),
    )
    write_text(output, text)
    print(text)


def _stages(costs: Sequence[Cost]) -> str:
    rows = [f"| {cost.stage} | {cost.seconds:.2f} | {cost.megabytes:.2f} |" for cost in costs]
    seconds = sum(cost.seconds for cost in costs[1:])
    megabytes = sum(cost.megabytes for cost in costs[1:])
    return "\n".join(
        [
            "| a minute of footage | CPU seconds | left on disk, MB |",
            "|---|---|---|",
            *rows,
            f"| **preparation, all stages** | **{seconds:.1f}** | **{megabytes:.1f}** |",
        ]
    )


def _hours(costs: Sequence[Cost], dump: float) -> str:
    seconds = 60 * sum(cost.seconds for cost in costs)
    disk = 60 * sum(cost.megabytes for cost in costs) + dump
    head = ["| footage | disk |", *(f" {place.name} |" for place in PLACES)]
    rows = []
    for hours in HOURS:
        times = [_spoken(seconds * hours / place.nodes / place.cores) for place in PLACES]
        rows.append(f"| {hours:,} h | {_size(disk * hours)} | {' | '.join(times)} |")
    return "\n".join(["".join(head), "|---" * (2 + len(PLACES)) + "|", *rows])


def _spoken(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.1f} min"
    hours = seconds / 3600
    return f"{hours:.1f} h" if hours < 72 else f"{hours / 24:.1f} days"


def _size(megabytes: float) -> str:
    return f"{megabytes / 1e3:.1f} GB" if megabytes < 1e6 else f"{megabytes / 1e6:.1f} TB"


if __name__ == "__main__":
    main()
