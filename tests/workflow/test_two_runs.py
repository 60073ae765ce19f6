"""Two runs in one results folder, by real processes: the second is told of the first."""

import subprocess
import time
from pathlib import Path

import pytest
from project import Project

from mit_core.demo.cartoon import write_cartoon

KIND = "Two runs in one results folder"


def slow_project(folder: Path, cartoon: Path, results: str) -> Project:
    """Its first job takes longer than the test."""
    project = Project(folder, {"results": results, "animate": {"portraits": str(cartoon)}})
    script = project.folder / "workflow_scripts" / "portrait.py"
    script.write_text("import time\n\ntime.sleep(120)\n" + script.read_text())
    return project


@pytest.mark.survives(KIND)
def test_the_second_run_is_refused(tmp_path: Path) -> None:
    cartoon = write_cartoon(tmp_path)
    target = f"animations/portraits/{cartoon.stem}.tsv"
    one = slow_project(tmp_path / "one", cartoon, "out")
    shared = one.folder / "out"
    with (tmp_path / "log").open("w") as log:
        first = subprocess.Popen(
            one.command("--", f"out/{target}"), cwd=one.folder, stdout=log, stderr=log
        )
    try:
        end = time.monotonic() + 60
        while not (shared / "animations").is_dir() and time.monotonic() < end:
            time.sleep(0.1)
        other = slow_project(tmp_path / "other", cartoon, str(shared))
        for second, results in ((one, "out"), (other, str(shared))):
            done = second.snakemake("--", f"{results}/{target}")
            said = done.stdout + done.stderr
            assert done.returncode == 1
            assert f"results is {results}, where another run is at work" in said
            assert f"(process {first.pid} on " in said and "--unlock" not in said
            # to look is no harm
            assert second.jobs(f"{results}/{target}") == {"portrait": 1}
        assert first.poll() is None
    finally:
        first.kill()  # its job ends by itself
        first.wait()
