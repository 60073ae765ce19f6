"""ffmpeg that is killed says nothing of the clip; ffmpeg that a clip makes crash does."""

from pathlib import Path

import pytest
from media_clips import flash_and_beep

from mit_core.corpus.catalogue import list_clips
from mit_core.corpus.shards import Item, read_index
from mit_core.corpus.stages.intake import intake_shard
from mit_core.corpus.stages.normalise import normalise_shard
from mit_core.media import ffmpeg

SETTINGS = {"crf": 18, "max_side": 1920}


@pytest.fixture
def shard(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        flash_and_beep(tmp_path / f"{name}.mp4", seconds=1.5)
    index = tmp_path / "out/shards/0000/intake.json"
    listed = [clip.as_dict() for clip in list_clips(str(tmp_path), results=str(tmp_path / "out"))]
    intake_shard(listed, index, settings={"min_seconds": 1.0, "silence_dbfs": -60.0}, code="")
    return index.parent


def normalised(shard: Path) -> dict[str, Item]:
    index = shard / "normalise.json"
    normalise_shard(shard / "intake.json", index, settings=SETTINGS, code="")
    return {item.id: item for item in read_index(index)}


def ending_by(signal: str, folder: Path) -> str:
    """An ffmpeg that converts all but a.mp4, at which it ends."""
    binary = folder / "ffmpeg"
    own = ffmpeg.ffmpeg_binary()
    binary.write_text(
        f'#!/bin/sh\ncase "$*" in */a.mp4*) kill -{signal} $$ ;; esac\nexec {own} "$@"\n'
    )
    binary.chmod(0o755)
    return str(binary)


@pytest.mark.survives("Jobs and Snakemake killed with -9 at random moments")
@pytest.mark.parametrize("signal", ["KILL", "TERM"])
def test_a_killed_ffmpeg_is_tried_again(
    shard: Path, signal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        ended = ending_by(signal, shard)
        patch.setattr(ffmpeg, "ffmpeg_binary", lambda: ended)
        done = normalised(shard)
    assert done["b"].verdict == "ok" and done["a"].verdict == "failed"
    assert f"ended from outside (SIG{signal})" in done["a"].reason
    assert {item.verdict for item in normalised(shard).values()} == {"ok"}


def test_a_clip_that_makes_ffmpeg_crash_is_unreadable(
    shard: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = ending_by("SEGV", shard)
    monkeypatch.setattr(ffmpeg, "ffmpeg_binary", lambda: ended)
    done = normalised(shard)
    assert done["b"].verdict == "ok" and done["a"].verdict == "unreadable"
