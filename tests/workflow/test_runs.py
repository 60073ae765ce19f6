"""Runs of other configurations lie in the results as files like any."""

from pathlib import Path

from project import Project


def with_runs(folder: Path, *runs: str, **settings: dict) -> Project:
    project = Project(folder / "project", settings)
    for run in runs:
        path = project.folder / "out" / "models" / run / "best.pt"
        path.parent.mkdir(parents=True)
        path.touch()
    return project


def test_a_run_may_start_from_an_earlier_one(tmp_path: Path) -> None:
    project = with_runs(
        tmp_path,
        "refinement/default",
        "content/default",
        train_refinement={"run": "finer", "initial": "out/models/refinement/default/best.pt"},
        train_content={"run": "finer", "initial": "out/models/content/default/best.pt"},
    )
    for target, rule in (("train_refinement", "fit_pictures"), ("train_content", "fit_content")):
        assert project.jobs(target)[rule] == 1


def test_a_run_does_not_start_from_itself(tmp_path: Path) -> None:
    project = with_runs(tmp_path, train_detector={"initial": "out/models/detector/default/best.pt"})
    done = project.snakemake("--dry-run", "--", "train_detector")
    assert done.returncode
    assert "train_detector.initial" in done.stdout + done.stderr
    assert "another name (train_detector.run)" in done.stdout + done.stderr


def test_a_given_network_of_an_earlier_run_is_not_trained_again(tmp_path: Path) -> None:
    given = "out/models/refinement/earlier/best.pt"
    project = with_runs(tmp_path, "refinement/earlier", render={"checkpoint": given})
    jobs = project.jobs("animate")
    assert jobs["render"] == 4 and "fit_pictures" not in jobs
