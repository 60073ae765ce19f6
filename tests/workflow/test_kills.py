"""kill -9 at random moments, of jobs and of Snakemake: the end is as if nothing had happened."""

import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest
from project import Project
from reliability import Survival
from small_corpus import TARGETS, check_whole, contents, digest, files_of, small_project

from mit_core.files import is_part

KIND = "Jobs and Snakemake killed with -9 at random moments"
KILLS = int(os.environ.get("MIT_KILLS", "50"))
SEED = int(os.environ.get("MIT_SEED", "0"))
# What a training writes again and again until it ends.
GROWING = ("last.pt", "best.pt", "history.csv", "settings.json", "run.json")
# Whole results that a test throws away, so that there is something to do; of what lies between
# also what is made of it, since Snakemake does not miss it else.
REMOVED = (
    *(("models",), ("dump",), ("corpus",), ("scaling",)),
    *(("shards/0000", "corpus"), ("shards/0001/landmarks.json", "corpus")),
)


class Run:
    """Snakemake at work, and all that it started."""

    def __init__(self, project: Project, log: Path):
        self.log = log.open("a")
        self.process = subprocess.Popen(
            project.command(*TARGETS),
            cwd=project.folder,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def ended(self) -> bool:
        return self.process.poll() is not None

    def wait_for_jobs(self, finished: int) -> None:
        """Until so many more jobs have finished, and others are at work."""
        before = self._finished()
        while not self.ended() and not (self._finished() >= before + finished and self.jobs()):
            time.sleep(0.05)

    def _finished(self) -> int:
        return Path(self.log.name).read_text().count("Finished jobid")

    def wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self.ended() and time.monotonic() < end:
            time.sleep(0.02)

    def jobs(self) -> list[psutil.Process]:
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def kill_main(self, _: random.Random) -> str:
        """Snakemake alone: what it started is left to itself."""
        self.process.kill()
        self.process.wait()
        return "snakemake alone"

    def kill_all(self, _: random.Random) -> str:
        """All at once, as when the power goes, or a container is stopped."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        return "all at once"

    def kill_job(self, chance: random.Random) -> str:
        jobs = self.jobs()
        if not jobs:
            return ""
        victim = chance.choice(jobs)
        try:
            name = name_of(victim)
            victim.kill()
        except psutil.NoSuchProcess:
            return ""
        return name


def name_of(process: psutil.Process) -> str:
    """A job's script, or the program that a job started."""
    words = process.cmdline()
    scripts = [Path(word).name for word in words if ".snakemake/scripts" in word]
    if scripts:
        return scripts[0].rpartition(".")[0].partition(".")[2] or scripts[0]
    return process.name()


def check(results: Path, unbroken: dict[str, str], fewer: bool) -> None:
    """Nothing half-written has a final name, whatever is at work.

    Where ffmpeg was killed, what is made of all clips is made of fewer until the next run.
    """
    for name, path in files_of(results):
        item = len(Path(name).parts) > 3 and name.startswith("shards/")
        try:
            check_whole(path)
            if item or not (fewer or (name.startswith("models/") and path.name in GROWING)):
                assert digest(path) == unbroken[name], name
        except FileNotFoundError:
            continue  # taken away, to be made again
    for state in results.glob("models/*/*/work/state.pt"):
        check_whole(state)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.survives(KIND)
def test_fifty_kills_change_nothing(
    six_videos: Path, unbroken: Path, tmp_path: Path, survival: Survival
) -> None:
    print(f"seed {SEED} (MIT_SEED), {KILLS} kills (MIT_KILLS)")
    survival.watch(six_videos)
    chance = random.Random(SEED)
    whole = contents(unbroken)
    project = small_project(tmp_path / "project", six_videos)
    results, log = project.folder / "out", tmp_path / "log"
    killed: Counter[str] = Counter()
    completed, fewer = 0, False
    run = Run(project, log)
    started = time.monotonic()
    try:
        while killed.total() < KILLS:
            # at any moment, most often while jobs are at work; some are let through, so that all
            # have their turn
            if chance.random() > 0.2:
                run.wait_for_jobs(finished=chance.choice((0, 0, 1, 1, 2, 4)))
            run.wait(chance.uniform(0, 4))
            if run.ended():
                if run.process.returncode == 0:
                    completed += 1
                    fewer = False
                    assert contents(results) == whole
                    for name in chance.choice(REMOVED):
                        throw_away(results / name)
                run = Run(project, log)
                continue
            kill = chance.choice((run.kill_job, run.kill_job, run.kill_main, run.kill_all))
            if victim := kill(chance):
                killed[victim] += 1
                fewer |= "ffmpeg" in victim
                check(results, whole, fewer)
        run.process.wait()
    finally:
        if not run.ended():
            run.kill_all(chance)
    survival.tried(killed.total())
    print(f"{time.monotonic() - started:.0f} s, {completed} runs came through: {dict(killed)}")
    again = project.snakemake(*TARGETS)
    assert again.returncode == 0, again.stdout + again.stderr
    assert contents(results) == whole
    assert [path for path in results.rglob(".*") if is_part(path.name)] == []
    assert project.jobs(TARGETS[1]) == project.jobs(TARGETS[2]) == {}
    assert orphans(project.folder) == []


def throw_away(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def orphans(folder: Path) -> list[psutil.Process]:
    """Processes that work there still."""
    return [p for p in psutil.process_iter(["cwd"]) if p.info["cwd"] == str(folder.resolve())]
