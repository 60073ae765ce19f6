"""Cluster profiles: planned with each, run on a SLURM, and by a scheduler that is a command."""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import torch
from project import ROOT, Project
from published_files import speaking_project
from slurm import Slurm, why_not

from mit_core.demo.cartoon import write_cartoon
from mit_core.demo.footage import Settings, make_footage
from mit_core.demo.plan import plan
from mit_core.machine import gpu_names
from mit_core.models.checkpoint import load_content

PROFILES = sorted(path.name for path in (ROOT / "profiles").iterdir())
STEPS = 160  # time to be killed in


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("footage")
    make_footage(plan(3)[:6], folder / "videos", folder / "truth", Settings(size=192))
    return folder / "videos"


def project(folder: Path, videos: Path, steps: int = STEPS) -> Project:
    every = {"validate_every": 20, "checkpoint_every": 20}
    return Project(
        folder,
        {
            "corpus": {"videos": str(videos), "shards": 2, "split": {"val": 0.2, "test": 0.2}},
            "train_content": {"steps": steps, **every},
            "dump": {"pickles": False},  # each job takes a cluster a while
        },
    )


@pytest.mark.parametrize("profile", PROFILES)
def test_each_profile_plans(profile: str, tmp_path: Path) -> None:
    mine = Project(tmp_path / "project", {})
    mine.cores = None
    done = mine.snakemake("--workflow-profile", f"profiles/{profile}", "--dry-run", "--", "all")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fit_content" in done.stdout + done.stderr


def test_a_gpu_that_is_not_there_is_told_once(tmp_path: Path) -> None:
    cartoon = write_cartoon(tmp_path)
    found = f"out/animations/portraits/{cartoon.stem}.tsv"
    mine = Project(tmp_path / "project", {"device": "cuda", "animate": {"portraits": str(cartoon)}})
    done = mine.snakemake("--", found)
    assert done.returncode == 0, done.stdout + done.stderr
    if not gpu_names():
        assert (done.stdout + done.stderr).count("this machine has no GPU") == 1
    # what was made on one device is not made again on another
    mine.settings["device"] = "cpu"
    assert mine.jobs(found) == {}


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_scheduler_that_is_a_command(videos: Path, tmp_path: Path) -> None:
    """The profile's resources reach the command, and what it starts is the workflow's jobs."""
    mine = project(tmp_path / "project", videos, steps=40)
    mine.cores = None
    submit, status = tmp_path / "submit", tmp_path / "status"
    submit.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/told\n'
        f'(sh "$5" > /dev/null 2>&1; echo $? > {tmp_path}/$$) > /dev/null &\necho $$\n'
    )
    status.write_text(
        f'#!/bin/sh\ncase "$(cat {tmp_path}/$1 2> /dev/null)" in\n'
        '"") echo running ;; 0) echo success ;; *) echo failed ;;\nesac\n'
    )
    for script in (submit, status):
        script.chmod(0o755)
    command = f"{submit} {{rule}} {{threads}} {{resources.queue}} {{resources.gpu}}"
    mine.run(
        *("--workflow-profile", "profiles/cluster-generic", "--latency-wait", "5", "--jobs", "2"),
        *("--seconds-between-status-checks", "1"),
        *("--cluster-generic-submit-cmd", command, "--cluster-generic-status-cmd", str(status)),
        *("--", "train_content"),
    )
    told = {
        line.split()[0]: line.split()[1:4] for line in (tmp_path / "told").read_text().splitlines()
    }
    assert told["landmarks"] == ["1", "cpu", "0"] and told["fit_content"] == ["4", "gpu", "1"]
    assert (mine.folder / "out/models/content/default/best.pt").is_file()


@pytest.mark.parametrize(
    ("said", "status", "word"),
    [
        ("    job_state = R\n", 0, "running"),
        ("    job_state = F\n    Exit_status = 0\n", 0, "success"),
        ("    job_state = F\n    Exit_status = 271\n", 0, "failed"),
        ("qstat: Unknown Job Id 7.server\n", 35, "failed"),
        ("Connection refused\n", 111, "running"),
    ],
)
def test_what_pbs_says_of_a_job(tmp_path: Path, said: str, status: int, word: str) -> None:
    qstat = tmp_path / "qstat"
    qstat.write_text(f"#!/bin/sh\ncat <<'END'\n{said}END\nexit {status}\n")
    qstat.chmod(0o755)
    done = subprocess.run(
        ["sh", ROOT / "profiles/cluster-generic/status.sh", "7.server"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert done.stdout == f"{word}\n"


@pytest.fixture(scope="module")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slurm]:
    if reason := why_not():
        pytest.skip(reason)
    cluster = Slurm(tmp_path_factory.mktemp("slurm"))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


def training_in(folder: Path) -> list[psutil.Process]:
    """The Python that trains the content branch there."""
    return [
        process
        for process in psutil.process_iter(["cwd", "cmdline", "exe"])
        if process.info["cwd"] == str(folder.resolve())
        and "python" in (process.info["exe"] or "")
        and any(part.endswith("train_content.py") for part in process.info["cmdline"] or [])
    ]


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_cluster_makes_what_a_laptop_makes(slurm: Slurm, videos: Path, tmp_path: Path) -> None:
    """On SLURM, with the training killed once by its node."""
    cluster = project(tmp_path / "cluster", videos)
    cluster.cores = None
    log = tmp_path / "snakemake.log"
    # a node of two cores; and as many threads as on the laptop, for the same sums
    command = cluster.command("--workflow-profile", "profiles/slurm", "--set-threads")
    command += ["fit_content=1"]
    # no accounting here to ask, and no accounts; jobs are short
    command += ["--slurm-no-account", "--slurm-status-command", "squeue", "--latency-wait", "10"]
    command += ["--slurm-init-seconds-before-status-checks", "2"]
    command += ["--seconds-between-status-checks", "2", "--", "prepare", "train_content"]
    killed = 0
    with log.open("w") as output:
        running = subprocess.Popen(command, cwd=cluster.folder, stdout=output, stderr=output)
        try:
            while running.poll() is None:
                work = cluster.folder / "out/models/content/default/work"
                if not killed and any(work.glob("last*")):
                    for process in training_in(cluster.folder)[:1]:
                        with contextlib.suppress(psutil.Error):
                            process.kill()
                            killed += 1
                time.sleep(0.5)
        finally:
            if running.poll() is None:  # the jobs that it sent are ended, too
                running.terminate()
                running.wait(120)
    said = log.read_text()
    assert running.returncode == 0, said
    assert killed == 1 and "Trying to restart job" in said

    fits = [job for job in slurm.jobs() if job["Comment"].startswith("rule_fit_content")]
    assert sorted(job["JobState"] for job in fits) == ["COMPLETED", "FAILED"]
    assert {job["Partition"] for job in fits} == {"gpu"}
    assert all(job["JOB_GRES"] == "gpu:1" for job in fits)
    others = [job for job in slurm.jobs() if job["Comment"].startswith("rule_landmarks")]
    assert len(others) == 2 and {job["Partition"] for job in others} == {"cpu"}
    assert not any("gpu" in job.get("JOB_GRES", "") for job in others)

    laptop = project(tmp_path / "laptop", videos)
    laptop.run("--", "prepare", "train_content")
    for name in ("corpus/segments.tsv", "corpus/funnel.tsv"):
        assert (cluster.folder / "out" / name).read_bytes() == (
            laptop.folder / "out" / name
        ).read_bytes()
    ours, theirs = (
        load_content(made.folder / "out/models/content/default/best.pt").model.state_dict()
        for made in (cluster, laptop)
    )
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(weights, theirs[name]) for name, weights in ours.items())


@pytest.mark.slow
def test_readmes_command_for_slurm(slurm: Slurm, tmp_path: Path) -> None:
    """As it is typed, with the profile's names set to this cluster's."""
    mine = speaking_project(tmp_path)
    # a job takes a cluster half a minute: it is left the last ones
    assert mine.type("snakemake --cores 2 all").returncode == 0
    (film,) = mine.folder.glob("results/animations/*.mp4")
    report = mine.folder / "results/report.html"
    for made in (film, report):
        made.unlink()
    profile = mine.folder / "profiles/slurm/config.yaml"
    with profile.open("a") as file:
        file.write(
            # no accounting here to ask, no accounts, a node of two cores; jobs are short
            "slurm-no-account: true\nslurm-status-command: squeue\n"
            "slurm-init-seconds-before-status-checks: 2\nseconds-between-status-checks: 2\n"
            "max-threads: 2\n"
        )
    before = len(slurm.jobs())
    done = mine.type("snakemake --workflow-profile profiles/slurm all")
    assert done.returncode == 0, done.stdout
    assert film.is_file() and report.is_file()
    jobs = slurm.jobs()[before:]
    (render,) = (job for job in jobs if job["Comment"].startswith("rule_render"))
    assert render["Partition"] == "gpu" and {job["JobState"] for job in jobs} == {"COMPLETED"}
