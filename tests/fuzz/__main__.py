"""Fuzz one reader, guided by which of the project's lines an input reaches.

    python -m tests.fuzz NAME [libFuzzer's options]     e.g. -max_total_time=300
    python -m tests.fuzz NAME FILE                      one input alone, to see what it does

Starts from ``seeds/NAME``, which it leaves as it is. An input that breaks the law of ``targets`` is
written to the working folder (``-artifact_prefix=`` says where); keep it among the seeds, under a
name that tells what it does, once its fault is mended.
"""

import resource
import sys
import tempfile
from pathlib import Path

import atheris
import torch

with atheris.instrument_imports(include=["mit_core"]):
    from .targets import TARGETS, survives

SEEDS = Path(__file__).parent / "seeds"
ROOM = 4 << 30
"""Bytes of memory that reading may claim beyond what the libraries take."""


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        raise SystemExit(f"{__doc__}\nNAME is one of {', '.join(TARGETS)}.")
    name, *options = sys.argv[1:]
    if not any(not option.startswith("-") for option in options):
        corpus = tempfile.mkdtemp(prefix="corpus")  # what is found goes to the first folder
        options += [corpus, str(SEEDS / name)]
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + ROOM, taken + ROOM))
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        atheris.Setup(
            [sys.argv[0], "-rss_limit_mb=4096", "-timeout=60", "-max_len=20000", *options],
            lambda data: survives(name, data, Path(folder)) and None,
        )
        atheris.Fuzz()


main()
