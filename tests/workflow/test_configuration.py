"""A wrong configuration ends a run before its first job, in sentences on the terminal."""

from pathlib import Path

import pytest
from project import Project
from reliability import Survival


def said(project: Project, *arguments: str) -> str:
    """What a run says that must not begin."""
    done = project.snakemake(*arguments)
    output = done.stdout + done.stderr
    assert done.returncode == 1
    assert "Traceback (most" not in output and "Job stats" not in output
    return output


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("configuration") / "project", {})


@pytest.mark.survives("Bad configuration: a value of a wrong type or out of range")
def test_wrong_values_and_keys_are_told_on_the_terminal(
    project: Project, survival: Survival
) -> None:
    project.settings = {"device": "gpu", "fps": 24, "train_content": {"steps": "many"}}
    output = said(project, "--", "all")
    assert "\nThe configuration is wrong in 3 places; config.yaml explains each key.\n" in output
    for sentence in (
        "  device: 'gpu' is not one of auto, cpu, cuda, cuda:N.\n",
        "  fps: unknown key; did you mean animate.fps?\n",
        "  train_content.steps: 'many' is not a whole number, 0 or more.\n",
    ):
        assert sentence in output
    assert not (project.folder / "results").exists()
    survival.tried(3)


@pytest.mark.survives("Bad configuration: values that contradict each other")
def test_contradictions_and_missing_files_are_told_on_the_terminal(
    project: Project, survival: Survival
) -> None:
    project.settings = {
        "results": "out",
        "segment": {"min_seconds": 9, "max_seconds": 3},
        "render": {"checkpoint": "gone.pt"},
        "animate": {"speech": "gone.wav"},
    }
    output = said(project, "--dry-run", "--", "prepare")
    for sentence in (
        "  animate.speech: gone.wav does not exist in ",
        "  render.checkpoint: gone.pt does not exist in ",
        "  segment.min_seconds is 9 and segment.max_seconds 3: no segment can be ",
    ):
        assert output.count(sentence) == 1
    survival.tried(3)


@pytest.mark.survives("Bad configuration: what YAML passes over in silence")
def test_a_key_given_twice_is_told_on_the_terminal(project: Project, tmp_path: Path) -> None:
    twice = tmp_path / "twice.yaml"
    twice.write_text("animate:\n  fps: 24\nrender: {crf: 20}\nanimate:\n  seed: 3\n")
    project.settings = {}
    output = said(project, "--configfile", "config.yaml", str(twice), "--dry-run", "--", "all")
    assert f"  animate: given twice in {twice}, in lines 1 and 4, of which YAML" in output


@pytest.mark.survives("Bad configuration: a file that is no YAML")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("corpus:\n\tvideos: x\n", "Config file is not valid JSON or YAML."),
        ("# nothing yet\n", "Config file must be given as JSON or YAML with keys at top level."),
    ],
)
def test_snakemake_itself_tells_of_a_file_that_is_no_yaml(
    text: str, words: str, project: Project, tmp_path: Path
) -> None:
    (tmp_path / "no.yaml").write_text(text)
    given = ("--configfile", "config.yaml", str(tmp_path / "no.yaml"))
    assert words in said(project, *given, "--dry-run", "--", "all")


@pytest.mark.survives("Bad configuration: values that contradict each other")
@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("unheard", "evaluate.unheard.folds is 4, but the footage has 3 speaker(s)"),
        ("train_autovc", "AutoVC cannot be trained on pickles"),
        ("ablation", "The ablation compares two content features"),
        ("train_refinement", "Pickles hold no pictures to learn from"),
    ],
)
def test_what_only_one_target_cannot_do_is_told_by_it(
    target: str, words: str, tmp_path: Path
) -> None:
    project = Project(tmp_path / "project", {})
    if target != "unheard":
        for kind in ("fl", "au"):
            (tmp_path / f"x_train_{kind}.pickle").touch()
        project.settings["import_dump"] = {"prefix": str(tmp_path / "x")}
    assert words in said(project, "--dry-run", "--", target)


def test_a_job_is_not_stopped_by_a_file_that_went_meanwhile(project: Project) -> None:
    """Each job reads the workflow anew, while the files of others come and go."""
    project.settings = {"results": "out", "evaluate": {"syncnet": "gone.model"}}
    arguments = ("--dry-run", "--", "out/corpus/lags.tsv")
    assert "evaluate.syncnet: gone.model does not exist" in said(project, *arguments)
    done = project.snakemake("--mode", "subprocess", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
