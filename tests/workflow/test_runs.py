"""Files of networks: runs of other configurations, and a detector's weights."""

from pathlib import Path

from project import Project

from mit_core.demo.cartoon import write_cartoon


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


def test_another_detector_behind_the_same_name_is_noticed(tmp_path: Path) -> None:
    weights = tmp_path / "weights.pt"
    weights.write_bytes(b"one")
    cartoon = write_cartoon(tmp_path)  # its landmarks lie beside it: nothing is detected
    project = with_runs(
        tmp_path, landmarks={"weights": str(weights)}, animate={"portraits": str(cartoon)}
    )
    found = f"out/animations/portraits/{cartoon.stem}.tsv"
    project.run("--", found)
    assert project.jobs(found) == {}
    weights.write_bytes(b"another")
    assert project.jobs(found) == {"portrait": 1}
