"""The corpus's videos and landmarks, split by split, for networks that make pictures."""

from pathlib import Path

import numpy as np

from mit_core.arrays import read_arrays
from mit_core.corpus.layout import VIDEO
from mit_core.corpus.shards import Item, read_index
from mit_core.errors import UserError
from mit_core.faces.steadying import steadied
from mit_core.files import is_file, read_table
from mit_core.provenance import digest_of
from mit_core.training.footage import Footage

STAGE = "landmarks"
"""The stage whose index tells where a segment's landmarks and its video lie."""


def open_footage(segments: str | Path, shards: str | Path, split: str) -> Footage:
    """Open a split's segments where the preparation left them; no frame is copied.

    Landmarks are ``steadied``: pictures are drawn by them, and a head does not tremble.

    Args:
        segments: the table of segments (``tables.tabulate_corpus``).
        shards: the folder of the shards; their landmarks and normalised videos are read.
        split: ``train``, ``val`` or ``test``.

    Raises:
        UserError: a segment's landmarks or video are missing.
    """
    shards = Path(shards)
    _, rows = read_table(segments, ("segment", "split", "shard"))
    rows = [row for row in rows if row["split"] == split]
    rows.sort(key=lambda row: row["segment"])
    indices = [shards / shard / f"{STAGE}.json" for shard in sorted({row["shard"] for row in rows})]
    for index in indices:
        if not is_file(index):
            raise _missing(index)
    items = {item.id: item for index in indices for item in read_index(index)}
    mine = [_found(items, row["segment"], row["shard"]) for row in rows]
    results = shards.parent
    clips = [_landmarks(results, item) for item in mine]
    videos = [results / item.data["media"] / VIDEO for item in mine]
    for video in videos:
        if not video.is_file():
            raise _missing(video)
    none = np.zeros((0, 68, 3), np.float32)
    return Footage(
        videos=tuple(str(video) for video in videos),
        starts=tuple(int(item.data["start_frame"]) for item in mine),
        landmarks=np.concatenate([none, *clips]),
        offsets=np.cumsum([0, *(len(clip) for clip in clips)]).astype(np.int64),
        speakers=tuple(item.speaker for item in mine),
        names=tuple(item.id for item in mine),
        digest=digest_of([[item.id, item.speaker, item.key] for item in mine]),
    )


def _found(items: dict[str, Item], segment: str, shard: str) -> Item:
    if segment not in items:
        raise UserError(
            f"Segment {segment} is in the table of segments, but not in shard {shard}'s "
            f"{STAGE}.json: run snakemake with the target prepare again."
        )
    return items[segment]


def _landmarks(results: Path, item: Item) -> np.ndarray:
    path = results / item.data["landmarks"]
    if not path.is_file():
        raise _missing(path)
    return steadied(read_arrays(path, ("points",))["points"]).astype(np.float32)


def _missing(path: Path) -> UserError:
    return UserError(
        f"{path} is missing: prepared footage must stay where it is while networks are trained on "
        "its frames. Run snakemake with the target prepare again."
    )
