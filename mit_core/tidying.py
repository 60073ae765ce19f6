"""What a run finds in its results folder and puts right before its first job."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from mit_core.files import is_part

_OURS = (
    *("animations", "corpus", "demo_corpus", "demo_media", "demo_truth", "dump", "evaluation"),
    *("logs", "models", "scaling", "shards"),
)
"""Folders that the workflow makes; what else lies in the results folder is somebody else's."""


def tidy(results: str | Path) -> None:
    """Remove what killed jobs left half-written, and bring files of the future into the present.

    A clock that ran ahead left files that are newer than all that is made from them now; Snakemake
    would fail every job that reads them until the clock has caught up. Items of shards are not
    looked at: they are made anew whole, and nobody asks how old they are.

    No other run and no job may be at work in the folder.
    """
    now = time.time_ns()
    for file in _files(Path(results)):
        with suppress(OSError):  # a file that went, or is somebody else's
            if is_part(file.name):
                file.unlink(missing_ok=True)
            elif file.lstat().st_mtime_ns > now:
                os.utime(file, ns=(now, now), follow_symlinks=False)


def _files(results: Path) -> Iterator[Path]:
    yield from (file for file in results.glob(".report.*") if is_part(file.name))
    yield from results.glob("report.html")
    for ours in _OURS:
        for parent, folders, names in os.walk(results / ours):
            here = Path(parent)
            if ours == "shards" and len(here.relative_to(results).parts) == 2:
                folders.clear()  # of the stages, with a folder an item
            yield from (here / name for name in names)
