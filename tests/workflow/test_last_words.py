"""How a run ends: 0 where clips were left out with a reason, 1 where the workflow itself failed."""

import shutil
from pathlib import Path

import pytest
from project import Project

KIND = "Unexpected errors of the workflow's own, clip by clip"

# Stands in for a fault that nobody thought of, while a file lies there.
FAULT = """

_normalise = normalise


def normalise(video, *rest):
    if Path("fault").exists() and Path(video).stem == "a":
        raise ZeroDivisionError("a fault that nobody thought of")
    return _normalise(video, *rest)
"""


@pytest.fixture
def project(tmp_path: Path, two_videos: Path) -> Project:
    footage = tmp_path / "footage"
    shutil.copytree(two_videos, footage)
    (footage / "empty.mp4").touch()
    project = Project(tmp_path / "project", {"corpus": {"videos": str(footage), "shards": 1}})
    library = project.folder / "mit_core/media/normalise.py"
    library.write_text(library.read_text() + FAULT)
    return project


# a table that is made of all stages, and that is there after a run in which a clip failed
TABLE = "out/corpus/manifest.tsv"


@pytest.mark.survives(KIND)
def test_a_failed_clip_ends_a_run_with_1_and_is_tried_again(project: Project) -> None:
    fault = project.folder / "fault"
    fault.touch()
    done = project.snakemake("--", TABLE)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("1 clips failed by an unexpected error (a): ")
    assert "Run the same command again" in last and "out/logs" in last
    shard = project.folder / "out/shards/0000"
    assert (shard / "normalise/b/video.mp4").is_file()
    assert (
        "a fault that nobody thought of"
        in (project.folder / "out/logs/normalise/0000.log").read_text()
    )

    assert project.jobs(TABLE)["normalise"] == 1  # a dry run ends with 0
    before = (shard / "normalise/b/video.mp4").stat().st_mtime_ns
    fault.unlink()
    done = project.snakemake("--", TABLE)
    # the empty file is left out, which is no failure
    assert done.returncode == 0 and "unexpected error" not in done.stderr
    assert (shard / "normalise/b/video.mp4").stat().st_mtime_ns == before
    assert (shard / "normalise/a/video.mp4").is_file()
    assert set(project.table("corpus/manifest.tsv")["verdict"]) == {"ok", "empty_file"}
    assert project.jobs(TABLE) == {}
