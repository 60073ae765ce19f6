"""A video goes away or is replaced between the plan of a run and the job that reads it."""

import shutil
from pathlib import Path

import pytest
from project import Project

from mit_core.corpus.shards import read_index

INDEX = "out/shards/0000/normalise.json"

# What somebody does in another window when a job begins, told by files that lie there.
MEANWHILE = """
from pathlib import Path as _Path

for _fault in _Path().glob("{stage}.*"):
    _video = _Path("footage/a.mp4")
    if _fault.suffix == ".replace":
        _video.write_bytes(_fault.read_bytes())
    else:
        _video.unlink()
    _fault.unlink()
"""


@pytest.fixture
def project(tmp_path: Path, two_videos: Path) -> Project:
    project = Project(tmp_path / "project", {"corpus": {"videos": "footage", "shards": 1}})
    shutil.copytree(two_videos, project.folder / "footage")
    for stage in ("intake", "normalise"):
        script = project.folder / f"workflow_scripts/{stage}.py"
        script.write_text(MEANWHILE.format(stage=stage) + script.read_text())
    return project


def verdicts(project: Project, stage: str) -> dict[str, str]:
    index = project.folder / f"out/shards/0000/{stage}.json"
    return {item.id: item.verdict for item in read_index(index)}


@pytest.mark.survives("Footage changed, replaced or taken away during a run")
def test_no_run_crashes_and_the_next_takes_what_is_there(
    project: Project, two_videos: Path
) -> None:
    (project.folder / "intake.remove").touch()
    project.run("--", INDEX)
    assert verdicts(project, "intake") == {"a": "not_found", "b": "ok"}
    assert verdicts(project, "normalise") == {"b": "ok"}

    shutil.copy(two_videos / "a.mp4", project.folder / "footage")
    shutil.copy(two_videos / "b.mp4", project.folder / "normalise.replace")
    done = project.snakemake("--", INDEX)
    said = done.stderr
    assert (
        done.returncode == 0 and "1 clips were changed while the run was reading them (a)" in said
    )
    assert verdicts(project, "intake") == {"a": "ok", "b": "ok"}
    assert verdicts(project, "normalise") == {"a": "changed", "b": "ok"}

    project.run("--", INDEX)
    assert verdicts(project, "normalise") == {"a": "ok", "b": "ok"}
    a, b = (project.folder / f"out/shards/0000/normalise/{name}/video.mp4" for name in "ab")
    assert a.read_bytes() == b.read_bytes(), "the new content, whole"
    assert project.jobs(INDEX) == {}
