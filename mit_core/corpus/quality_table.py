"""The table of landmark quality: one row a segment."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from mit_core.arrays import read_arrays
from mit_core.corpus.layout import REGISTERED, results_of
from mit_core.corpus.shards import Item, read_index
from mit_core.faces.quality import LandmarkQuality, landmark_quality
from mit_core.files import read_table, written_whole
from mit_core.progress import told

MEASURES = tuple(field.name for field in fields(LandmarkQuality))
"""Columns beside the segment; what they mean is told by ``LandmarkQuality``."""


def write_quality(indices: Sequence[Path], output: Path) -> None:
    """Measure the landmarks of every usable segment; nothing is rejected by them.

    Args:
        indices: the speech stage's index of every shard (they carry every stage's products).
        output: the TSV.
    """
    results = results_of(indices[0])
    items = [item for index in indices for item in read_index(index) if item.usable]
    with written_whole(output) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ("segment", *MEASURES), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        for item in told(sorted(items, key=lambda item: item.id), "landmark quality", "segments"):
            measured = asdict(_measured(item, results))
            row = {name: f"{value:.3f}" for name, value in measured.items()}
            writer.writerow({"segment": item.id, **row})


def read_quality(path: Path) -> dict[str, dict[str, str]]:
    """Segment id -> measure -> its cell, of a table that ``write_quality`` wrote."""
    _, rows = read_table(path, ("segment", *MEASURES))
    return {row["segment"]: {name: row[name] for name in MEASURES} for row in rows}


def _measured(item: Item, results: Path) -> LandmarkQuality:
    seen = ("points", "confidence", "interpolated")
    found = read_arrays(results / item.data["landmarks"], seen)
    registered = read_arrays(results / item.data["registered"] / REGISTERED, ("quaternions",))
    return landmark_quality(
        found["points"], found["confidence"], found["interpolated"], registered["quaternions"]
    )
