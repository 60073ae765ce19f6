"""Segment: the stretches of a clip that show one speaking face."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mit_core.corpus.layout import AUDIO, BOXES, VIDEO, results_of
from mit_core.corpus.segmentation import SegmentSettings, segment_clip
from mit_core.corpus.shards import Item, Product, read_index, work_shard, write_index
from mit_core.files import write_arrays
from mit_core.sequences import VIDEO_HZ


def segment_shard(taken: Path, index: Path, *, settings: Mapping[str, Any], code: str) -> None:
    """Cut the normalised clips of a shard into segments; what is dropped keeps its reason.

    A segment's face boxes go to ``boxes.npz``: an array (T, 4) a segment, pixels, by segment id.
    """
    results = results_of(index)
    segmenting = SegmentSettings(**settings)

    def work(item: Item, folder: Path) -> list[Product]:
        media = results / item.data["media"]
        cut = segment_clip(media / VIDEO, media / AUDIO, segmenting)
        products, boxes = [], {}
        for number, segment in enumerate(cut.segments):
            name = f"{item.id}.{number:03d}"
            boxes[name] = np.asarray(segment.boxes, dtype=np.float32)
            frames = segment.end_frame - segment.start_frame
            data = {"start_frame": segment.start_frame, "end_frame": segment.end_frame}
            products.append(Product(name, frames / VIDEO_HZ, data))
        for dropped in cut.dropped:
            frames = dropped.end_frame - dropped.start_frame
            name = f"{item.id}@{dropped.start_frame}-{dropped.end_frame}"
            products.append(Product(name, frames / VIDEO_HZ, {}, dropped.verdict, dropped.reason))
        write_arrays(folder / BOXES, boxes)
        return products

    items = read_index(taken)
    done = work_shard(
        items, index.with_suffix(""), results=results, settings=settings, code=code, work=work
    )
    write_index(index, done)
