"""Seconds of work a minute of video, stage by stage, on one core."""

import time
from collections.abc import Callable
from pathlib import Path

import yaml

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
CLIPS = 9  # of the demo corpus, about a minute; the first warms imports and models up


def bench_stages(folder: Path) -> list[tuple[str, float]]:
    """(stage, seconds a minute of video), the models loaded once as in a shard of many clips."""
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    videos = folder / "videos"
    started = time.perf_counter()
    make_footage(plan(3)[:CLIPS], videos, folder / "truth", Settings(size=256))
    making = time.perf_counter() - started
    clips = [clip.as_dict() for clip in list_clips(str(videos))]
    rows: list[tuple[str, float]] = []
    for warm in (True, False):
        results = folder / ("warm" if warm else "timed")
        some = clips[:1] if warm else clips
        rows = _walk(some, results, config)
    seconds = sum(
        item.seconds for item in read_index(results / "shards" / "0000" / "normalise.json")
    )
    minutes = seconds / 60
    timed = [("making the demo's footage", making), *rows]
    return [(stage, spent / minutes) for stage, spent in timed]


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
        started = time.perf_counter()
        work()
        rows.append((stage, time.perf_counter() - started))
    return rows
