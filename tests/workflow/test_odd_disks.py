"""Footage that cannot be written to, results that cannot, and files dated into the future."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from namespaces import unshared
from project import Project
from reliability import Survival

INDEX = "out/shards/0000/normalise.json"
READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'


@pytest.fixture
def project(tmp_path: Path, two_videos: Path) -> Project:
    footage = tmp_path / "footage"
    shutil.copytree(two_videos, footage)
    return Project(tmp_path / "project", {"corpus": {"videos": str(footage), "shards": 1}})


def with_read_only(
    folder: Path, project: Project, *arguments: str
) -> "subprocess.CompletedProcess[str]":
    """Run snakemake where a folder can be read only, even by root."""
    folder.mkdir(exist_ok=True)
    return subprocess.run(
        [
            *(*unshared("--mount"), "sh", "-c", READ_ONLY, str(folder)),
            *project.command(*arguments),
        ],
        cwd=project.folder,
        capture_output=True,
        text=True,
    )


@pytest.mark.survives("Footage that can only be read")
def test_footage_on_a_read_only_disk(project: Project, survival: Survival) -> None:
    footage = Path(project.settings["corpus"]["videos"])
    survival.watch(footage)
    before = {path: path.stat() for path in [footage, *footage.iterdir()]}
    done = with_read_only(footage, project, "--", INDEX)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(list((project.folder / "out").rglob("video.mp4"))) == 2
    for path, was in before.items():
        assert (path.stat().st_mtime_ns, path.stat().st_mode) == (was.st_mtime_ns, was.st_mode)


@pytest.mark.survives("Results folder that cannot be written")
def test_results_on_a_read_only_disk(project: Project) -> None:
    done = with_read_only(project.folder / "out", project, "--", INDEX)
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "results is out, where nothing can be written (Read-only file system)" in said
    assert "give another folder" in said
    assert "rule intake" not in said, "it is told before the first job"


@pytest.mark.slow
@pytest.mark.survives("Clock that jumps back")
def test_files_of_the_future(project: Project) -> None:
    """A camera's clock was ahead, then the computer's own was, and was put right."""
    footage = Path(project.settings["corpus"]["videos"])
    ahead = time.time() + 86400
    for video in footage.iterdir():
        os.utime(video, (ahead, ahead))
    project.run("--", INDEX)
    assert project.jobs(INDEX) == {}

    made = [path for path in (project.folder / "out").rglob("*") if path.is_file()]
    for number, path in enumerate(sorted(made, key=lambda path: path.stat().st_mtime_ns)):
        os.utime(path, (ahead + number, ahead + number))
    assert project.jobs(INDEX) == {}
    project.settings["normalise"] = {"crf": 30}
    assert project.jobs(INDEX) == {"normalise": 1}
    project.run("--", INDEX)
    assert project.jobs(INDEX) == {}

    # one clip is replaced by an older file
    clip = sorted(footage.iterdir())[0]
    shutil.copy(sorted(footage.iterdir())[1], clip)
    os.utime(clip, (1e9, 1e9))
    assert project.jobs(INDEX) == {"intake": 1, "normalise": 1}
