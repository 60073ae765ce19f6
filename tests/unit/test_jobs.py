"""A job ends when its run is gone, and the next run waits for it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from mit_core import holding
from mit_core.errors import UserError
from mit_core.holding import hold
from mit_core.jobs import AT_WORK, _share, wait_for_jobs

ROOT = Path(__file__).parents[2]
KIND = "Jobs that outlive a run killed with -9"

JOB = """
import signal, sys, time
from mit_core.logs import logged
with logged(sys.argv[1] + "/log.txt") as terminal:
    if sys.argv[2] == "trains":
        saved = []
        signal.signal(signal.SIGTERM, lambda *_: saved.append(1))
        terminal.write("at work\\n")
        while not saved:
            time.sleep(0.1)
        time.sleep(1)
        open(sys.argv[1] + "/saved", "w").close()
    elif sys.argv[2] == "done":
        terminal.write("at work\\n")
    else:
        terminal.write("at work\\n")
        time.sleep(60)
"""
# Starts the job as Snakemake does, by a shell; "between" keeps the shell there.
RUN = """
import subprocess, sys, time
from mit_core.jobs import announce_run
results, job, how, shell = sys.argv[1:]
announce_run(results)
command = [sys.executable, "-c", job, results, how]
if shell == "between":
    command = ["sh", "-c", '"$@"; true', "sh", *command]
child = subprocess.Popen(command)
child.wait()
time.sleep(0 if how == "done" else 60)
"""


def start(results: Path, how: str, shell: str = "") -> "subprocess.Popen[str]":
    """A run with a job at work."""
    run = subprocess.Popen(
        [sys.executable, "-c", RUN, str(results), JOB, how, shell],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert run.stderr is not None and run.stderr.readline() == "at work\n"
    return run


def job_of(run: "subprocess.Popen[str]") -> psutil.Process:
    return next(
        process
        for process in psutil.Process(run.pid).children(recursive=True)
        if "logged(" in " ".join(process.cmdline()) and "python" in process.name()
    )


@pytest.mark.survives(KIND)
@pytest.mark.parametrize("shell", ["", "between"])
def test_a_job_ends_with_its_run(tmp_path: Path, shell: str) -> None:
    run = start(tmp_path, "works", shell)
    job = job_of(run)
    assert wait_for_jobs(tmp_path, 0) == f"process {job.pid} on {os.uname().nodename}"
    run.kill()
    run.wait()
    assert psutil.wait_procs([job], timeout=10)[0]
    assert wait_for_jobs(tmp_path, 0) == ""


@pytest.mark.survives(KIND)
def test_a_job_that_finds_its_run_gone_does_nothing(tmp_path: Path) -> None:
    """It was killed while the job was starting."""
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    announce = f"import os; os.getpid = lambda: {gone.pid}; import mit_core.jobs as jobs; "
    announce += f"jobs.announce_run({str(tmp_path)!r})"
    job = "with jobs.part_of_run(): print('at work')"
    done = subprocess.run(
        [sys.executable, "-c", f"{announce}\n{job}"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 1 and done.stdout == ""
    assert "The run that started this job is gone" in done.stderr


@pytest.mark.survives(KIND)
def test_a_training_saves_its_state_first_and_the_next_run_waits(tmp_path: Path) -> None:
    run = start(tmp_path, "trains")
    run.kill()
    run.wait()
    assert not (tmp_path / "saved").exists()
    assert hold(tmp_path)
    assert (tmp_path / "saved").exists()


@pytest.mark.survives(KIND)
def test_a_job_that_goes_on_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on another machine of a cluster, where it cannot know that its run is gone."""
    run = start(tmp_path, "works")
    job = job_of(run)
    job.suspend()
    run.kill()
    run.wait()
    monkeypatch.setattr(holding, "_NOTICED_S", 0.0)
    monkeypatch.setattr(holding, "_WAITED_S", 0.5)
    told: list[str] = []
    try:
        with pytest.raises(UserError, match=rf"still at work \(process {job.pid} on "):
            hold(tmp_path, told.append)
        assert told == [f"Waiting until the jobs of an earlier run have ended in {tmp_path}."]
    finally:
        job.send_signal(signal.SIGCONT)
    psutil.wait_procs([job], timeout=10)
    assert hold(tmp_path)


def test_a_job_of_a_living_run_ends_by_itself(tmp_path: Path) -> None:
    started = time.monotonic()
    run = start(tmp_path, "done")
    assert run.wait(20) == 0 and time.monotonic() - started < 20
    assert (tmp_path / AT_WORK).is_file() and wait_for_jobs(tmp_path, 0) == ""


def test_a_job_can_read_what_it_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NFS gives a shared lock on nothing else."""
    monkeypatch.setenv("MIT_RESULTS", str(tmp_path))
    monkeypatch.setenv("MIT_RUN", "")
    file = _share(tmp_path)
    assert file is not None and file.readable()
    file.close()
