"""The results folder: networks in it, and room for more."""

import os
import shutil
from pathlib import Path

from mit_core.checkup.check import FOUND, LACKING, NOTE, Check

_KINDS = ("content", "speaker", "autovc", "refinement", "translation", "detector")
_ROOM_GB = 1.0
"""Of the demo's results, and as much again for what its jobs write on the way."""


def check_networks(results: Path) -> Check:
    """Trained networks of a results folder; the demo trains its own."""
    runs = [
        f"{kind} {', '.join(names)}"
        for kind in _KINDS
        if (names := sorted(p.parent.name for p in results.glob(f"models/{kind}/*/best.pt")))
    ]
    if not runs:
        return Check("trained networks", NOTE, f"none in {results}", "'make demo' trains some")
    return Check("trained networks", FOUND, f"{'; '.join(runs)} in {results}")


def check_room(results: Path) -> Check:
    """Free disk where results go, and leave to write there."""
    folder = next(each for each in (results, *results.absolute().parents) if each.is_dir())
    if not os.access(folder, os.W_OK):
        return Check("disk", LACKING, f"{folder} cannot be written to", "name another (--results)")
    free = shutil.disk_usage(folder).free / 1e9
    words = f"{free:.1f} GB free for {results}"
    if free < _ROOM_GB:
        return Check("disk", LACKING, words, f"make room: {_ROOM_GB:g} GB are needed")
    return Check("disk", FOUND, words)
