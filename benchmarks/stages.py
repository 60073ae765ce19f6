"""CPU seconds and disk that a minute of video takes, stage by stage."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.amount import amount
from mit_core.corpus.catalogue import list_clips
from mit_core.corpus.shards import read_index
from mit_core.corpus.stages.intake import intake_shard
from mit_core.corpus.stages.landmarks import landmarks_shard
from mit_core.corpus.stages.normalise import normalise_shard
from mit_core.corpus.stages.register import register_shard
from mit_core.corpus.stages.segment import segment_shard
from mit_core.corpus.stages.speech import speech_shard
from mit_core.demo.footage import Settings, make_footage
from mit_core.demo.plan import plan

CONFIG = Path(__file__).resolve().parents[1] / "config.yaml"
CLIPS = amount(9, 2)  # of the demo corpus, about a minute; the first warms imports and models up


@dataclass(frozen=True)
class Cost:
    """What a stage takes for a minute of video: CPU seconds, and megabytes that it leaves."""

    stage: str
    seconds: float
    megabytes: float


def bench_stages(folder: Path) -> list[Cost]:
    """The demo's footage and each stage, the models loaded once as in a shard of many clips."""
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    videos = folder / "videos"
    started = _cpu_seconds()
    make_footage(plan(3)[:CLIPS], videos, folder / "truth", Settings(size=256))
    making = _cpu_seconds() - started
    clips = [clip.as_dict() for clip in list_clips(str(videos))]
    rows: list[tuple[str, float]] = []
    for warm in (True, False):
        results = folder / ("warm" if warm else "timed")
        rows = _walk(clips[:1] if warm else clips, results, config)
    shard = results / "shards" / "0000"
    minutes = sum(item.seconds for item in read_index(shard / "normalise.json")) / 60
    made = Cost("making the demo's footage", making / minutes, _megabytes(videos) / minutes)
    return [
        made,
        *(
            Cost(stage, seconds / minutes, _megabytes(shard / stage) / minutes)
            for stage, seconds in rows
        ),
    ]


def _cpu_seconds() -> float:
    """Of this process and of those that it waited for, ffmpeg's among them."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def _walk(
    clips: list[dict[str, str]], results: Path, config: dict[str, dict[str, object]]
) -> list[tuple[str, float]]:
    def index(stage: str) -> Path:
        return results / "shards" / "0000" / f"{stage}.json"

    def chained(function: Callable[..., None], stage: str, before: str, **more: object) -> None:
        function(index(before), index(stage), settings=config[stage], code="", **more)

    walk: list[tuple[str, Callable[[], None]]] = [
        (
            "intake",
            lambda: intake_shard(clips, index("intake"), settings=config["intake"], code=""),
        ),
        ("normalise", lambda: chained(normalise_shard, "normalise", "intake")),
        ("segment", lambda: chained(segment_shard, "segment", "normalise")),
        ("landmarks", lambda: chained(landmarks_shard, "landmarks", "segment", device="cpu")),
        ("register", lambda: chained(register_shard, "register", "landmarks")),
        ("speech", lambda: chained(speech_shard, "speech", "register")),
    ]
    rows = []
    for stage, work in walk:
        started = _cpu_seconds()
        work()
        rows.append((stage, _cpu_seconds() - started))
    return rows
