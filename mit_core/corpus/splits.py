"""Who trains and who is held out, stable when clips are added."""

import csv
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mit_core.corpus.shards import Item, read_index
from mit_core.corpus.sync_table import read_rejected
from mit_core.errors import UserError
from mit_core.files import read_table, written_whole

COLUMNS = ("segment", "clip", "speaker", "split")


def write_splits(
    indices: Sequence[Path],
    output: Path,
    *,
    split: Mapping[str, Any],
    sync: Path | None = None,
) -> None:
    """Assign the usable segments of a stage's indices to splits and write them as a TSV.

    Args:
        indices: that stage's index of every shard.
        output: the TSV: segment, clip, speaker, split.
        split: arguments of ``assign_splits``.
        sync: the table of synchrony (``sync_table.write_sync``), whose rejected segments get no
            split, so that none is left with them alone.
    """
    out = {} if sync is None else read_rejected(sync)
    items = [
        item
        for index in indices
        for item in read_index(index)
        if item.usable and item.id not in out
    ]
    items.sort(key=lambda item: item.id)
    splits = assign_splits(items, **split)
    with written_whole(output) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([item.id, item.clip, item.speaker, splits[item.id]] for item in items)


def read_splits(path: Path) -> dict[str, str]:
    """Segment id -> split, of a table that ``write_splits`` wrote."""
    return {row["segment"]: row["split"] for row in read_table(path, ("segment", "split"))[1]}


def assign_splits(
    items: Sequence[Item], *, by: str, val: float, test: float, seed: int
) -> dict[str, str]:
    """Map each segment's id to "train", "val" or "test".

    A split fixed by the user wins. Otherwise the unit (the clip that a segment is cut from, or its
    speaker) is placed by a hash of its name, so that adding clips moves none of the others. The
    parts of one clip go together: they share a voice, a light and often a sentence; only where
    there are fewer clips than splits are they told apart. Where chance leaves a wanted split empty
    (small corpora), the unit whose hash is nearest to that split's range joins it; with too few
    units for all, training comes first, then test.

    Args:
        items: usable segments.
        by: "segment" (units are clips) or "speaker".
        val, test: fractions of the units, 0..1, their sum below 1.
        seed: changes the draw.

    Raises:
        UserError: clips of one speaker are fixed to different splits although speakers are kept
            together.
    """
    units = {item.id: item.speaker if by == "speaker" else item.clip for item in items}
    wanted = 1 + (val > 0) + (test > 0)
    if by == "segment" and len(set(units.values())) < wanted:
        units = {item.id: item.id for item in items}
    fixed = _fixed(items, units)
    free = sorted({unit for unit in units.values() if unit not in fixed})
    draw = {unit: _fraction(unit, seed) for unit in free}
    placed = {unit: _place(draw[unit], val, test) for unit in free}
    for split, fraction, edge in (("train", 1.0, 1.0), ("test", test, 0.0), ("val", val, test)):
        taken = [*placed.values(), *fixed.values()]
        if fraction > 0 and split not in taken:
            # the last unit of another split is spared, unless training itself has none
            spare = [unit for unit in free if split == "train" or taken.count(placed[unit]) > 1]
            if spare:
                placed[min(spare, key=lambda unit: abs(draw[unit] - edge))] = split
    return {item.id: fixed.get(units[item.id]) or placed[units[item.id]] for item in items}


def _fixed(items: Sequence[Item], units: Mapping[str, str]) -> dict[str, str]:
    """Unit -> the split its user gave."""
    fixed: dict[str, Item] = {}
    for item in items:
        if not item.split:
            continue
        other = fixed.setdefault(units[item.id], item)
        if other.split != item.split:
            raise UserError(
                f"corpus.videos: the clips {other.clip} ({other.split}) and {item.clip} "
                f"({item.split}) are of one speaker, {item.speaker}, but corpus.split.by is "
                "speaker; give them one split, or set corpus.split.by to segment."
            )
    return {unit: item.split for unit, item in fixed.items()}


def _fraction(unit: str, seed: int) -> float:
    digest = hashlib.sha256(f"{seed}:{unit}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _place(draw: float, val: float, test: float) -> str:
    if draw < test:
        return "test"
    return "val" if draw < test + val else "train"
