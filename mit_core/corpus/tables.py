"""The corpus in tables: each clip's verdict, each segment, what each stage kept and why not."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from mit_core.corpus.layout import STAGES
from mit_core.corpus.odd_ranges import odd_ranges
from mit_core.corpus.quality_table import MEASURES, read_quality
from mit_core.corpus.shards import Item, read_index
from mit_core.corpus.splits import read_splits
from mit_core.corpus.sync_table import read_rejected
from mit_core.corpus.synchrony import REJECTED as WHOLE
from mit_core.files import written_whole
from mit_core.sequences import VIDEO_HZ

MANIFEST = (
    *("clip", "video", "audio", "speaker", "split", "shard", "sha256", "width", "height", "fps"),
    *("seconds", "sample_rate", "verdict", "reason", "notes"),
)
SEGMENTS = (
    *("segment", "clip", "speaker", "split", "shard", "start_s", "end_s", "seconds"),
    *("detected_frames", "frames", "f0_range", "f0_check", *MEASURES),
)
QUARANTINE = ("stage", "item", "clip", "verdict", "reason", "seconds")
FUNNEL = ("stage", "items_in", "items_out", "seconds_in", "seconds_out")
SYNC = "sync"
"""Stage in which the corpus is looked at as a whole, after those that work it shard by shard."""


def tabulate_corpus(
    indices: Sequence[Path],
    *,
    manifest: Path,
    segments: Path,
    quarantine: Path,
    funnel: Path,
    splits: Path,
    sync: Path | None = None,
    quality: Path | None = None,
) -> None:
    """Gather all shards' indices into the corpus's four tables (TSV).

    Args:
        indices: every stage's index of every shard, at ``shards/{shard}/{stage}.json``.
        manifest: a row an input clip, with its verdict over all stages.
        segments: a row a usable segment, with its split.
        quarantine: a row a rejected clip or dropped stretch, with its reason.
        funnel: a row a stage: items and seconds in and out.
        splits: the table of splits (``splits.write_splits``); read.
        sync: the table of synchrony (``sync_table.write_sync``), which rejects segments; read.
        quality: the table of landmark quality (``quality_table.write_quality``); read.
    """
    stages: dict[str, list[tuple[str, Item]]] = {stage: [] for stage in STAGES}
    for index in sorted(indices):
        stages[index.stem] += [(index.parent.name, item) for item in read_index(index)]
    usable = [(shard, item) for shard, item in stages[STAGES[-1]] if item.usable]
    if sync is not None:
        stages[SYNC] = _judged(usable, read_rejected(sync))
        usable = [(shard, item) for shard, item in stages[SYNC] if item.usable]
    rejected = [(stage, item) for stage in stages for _, item in stages[stage] if not item.usable]
    _write(
        quarantine,
        QUARANTINE,
        [
            {
                **dict(zip(QUARANTINE, (stage, i.id, i.clip, i.verdict, i.reason), strict=False)),
                "seconds": round(i.seconds, 2),
            }
            for stage, i in rejected
        ],
    )
    _write(funnel, FUNNEL, _funnel(stages))
    _write(manifest, MANIFEST, _manifest(stages, rejected, {item.clip for _, item in usable}))
    split_of = read_splits(splits)
    quality_of = {} if quality is None else read_quality(quality)
    odd = odd_ranges(
        {item.clip: item.data["f0_range"] for _, item in usable},
        {item.clip: item.speaker for _, item in usable},
    )
    _write(
        segments,
        SEGMENTS,
        [
            {
                "segment": item.id,
                "clip": item.clip,
                "speaker": item.speaker,
                "split": split_of[item.id],
                "shard": shard,
                "start_s": round(item.data["start_frame"] / VIDEO_HZ, 2),
                "end_s": round(item.data["end_frame"] / VIDEO_HZ, 2),
                "seconds": round(item.seconds, 2),
                "detected_frames": item.data["detected_frames"],
                "frames": item.data["end_frame"] - item.data["start_frame"],
                "f0_range": item.data["f0_range"],
                "f0_check": "; ".join(
                    filter(None, (item.data["f0_check"], odd.get(item.clip, "")))
                ),
                **quality_of.get(item.id, {}),
            }
            for shard, item in sorted(usable, key=lambda pair: pair[1].id)
        ],
    )


def _judged(
    usable: Sequence[tuple[str, Item]], rejected: Mapping[str, tuple[str, str]]
) -> list[tuple[str, Item]]:
    """The same items, some of them with another verdict."""
    verdicts = {item.id: rejected.get(item.id, (item.verdict, item.reason)) for _, item in usable}
    return [
        (shard, replace(item, verdict=verdicts[item.id][0], reason=verdicts[item.id][1]))
        for shard, item in usable
    ]


def _funnel(stages: Mapping[str, list[tuple[str, Item]]]) -> list[dict[str, Any]]:
    """What went into each stage is what the stage before let through."""
    rows = []
    given = [item for _, item in stages[STAGES[0]]]
    for stage, pairs in stages.items():
        kept = [item for _, item in pairs if item.usable]
        rows.append(
            {
                "stage": stage,
                "items_in": len(given),
                "items_out": len(kept),
                "seconds_in": round(sum(item.seconds for item in given), 2),
                "seconds_out": round(sum(item.seconds for item in kept), 2),
            }
        )
        given = kept
    return rows


def _manifest(
    stages: Mapping[str, list[tuple[str, Item]]],
    rejected: Sequence[tuple[str, Item]],
    used: set[str],
) -> list[dict[str, Any]]:
    why: dict[str, list[Item]] = {}
    for _, item in rejected:
        why.setdefault(item.clip, []).append(item)
    rows = []
    for shard, item in sorted(stages[STAGES[0]], key=lambda pair: pair[1].id):
        # what is wrong with all of it comes first, then what parts of it lack
        reasons = sorted(why.get(item.id, []), key=lambda one: one.verdict not in WHOLE)
        good = item.id in used
        record = item.data.get("intake", {})
        rows.append(
            {
                "clip": item.id,
                "video": item.data["video"],
                "audio": item.data["audio"],
                "speaker": item.speaker,
                "split": item.split,
                "shard": shard,
                "sha256": record.get("video_sha256", ""),
                **{key: record.get(key, "") for key in ("width", "height", "fps")},
                "seconds": round(item.seconds, 2),
                "sample_rate": record.get("sample_rate", ""),
                "verdict": "ok" if good else reasons[0].verdict,
                "reason": "" if good else reasons[0].reason,
                "notes": "; ".join(
                    list(record.get("notes", ()))
                    + [r.reason for r in (reasons if good else reasons[1:])]
                ),
            }
        )
    return rows


def _write(path: Path, columns: Sequence[str], rows: list[dict[str, Any]]) -> None:
    with written_whole(path) as part:
        pd.DataFrame(rows, columns=list(columns)).to_csv(part, sep="\t", index=False)
