"""Who trains and who is held out, stable when clips are added."""

import hashlib
from collections.abc import Mapping, Sequence

from mit_core.corpus.catalogue import SPLITS
from mit_core.corpus.shards import Item


def assign_splits(
    items: Sequence[Item], *, by: str, val: float, test: float, seed: int
) -> dict[str, str]:
    """Map each segment's id to "train", "val" or "test".

    A split fixed by the user wins. Otherwise the unit (the clip that a segment is cut from, or its
    speaker) is placed by a hash of its name, so that adding clips moves none of the others. The
    parts of one clip always go together: they share a voice, a light and often a sentence.
    Where chance leaves a wanted split empty (small corpora), the unit whose hash is nearest to
    that split's range joins it.

    Args:
        items: usable segments.
        by: "segment" (units are clips) or "speaker".
        val, test: fractions of the units, 0..1, their sum below 1.
        seed: changes the draw.
    """
    units = {item.id: item.speaker if by == "speaker" else item.clip for item in items}
    fixed = {units[item.id]: item.split for item in items if item.split}
    free = sorted({unit for unit in units.values() if unit not in fixed})
    draw = {unit: _fraction(unit, seed) for unit in free}
    placed = {unit: _place(draw[unit], val, test) for unit in free}
    for split, fraction, edge in (("train", 1.0, 1.0), ("test", test, 0.0), ("val", val, test)):
        taken = [*placed.values(), *fixed.values()]
        if fraction > 0 and split not in taken:
            # never take a split's last unit
            spare = [unit for unit in free if taken.count(placed[unit]) > 1]
            if spare:
                placed[min(spare, key=lambda unit: abs(draw[unit] - edge))] = split
    return {item.id: fixed.get(units[item.id]) or placed[units[item.id]] for item in items}


def by_split(items: Sequence[Item], splits: Mapping[str, str]) -> dict[str, list[Item]]:
    """Group items by their split, each group sorted by id."""
    ordered = sorted(items, key=lambda item: item.id)
    return {split: [item for item in ordered if splits[item.id] == split] for split in SPLITS}


def _fraction(unit: str, seed: int) -> float:
    digest = hashlib.sha256(f"{seed}:{unit}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _place(draw: float, val: float, test: float) -> str:
    if draw < test:
        return "test"
    return "val" if draw < test + val else "train"
