"""Videos from the wild: each file ends with a verdict and advice, and none stops the run."""

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from bad_inputs import KINDS, NO_ROW, OK, Case, make_cases
from project import Project

from mit_core.corpus.catalogue import list_clips

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2400)]


@dataclass(frozen=True)
class Wild:
    """The corpus after a run over it."""

    project: Project
    footage: Path
    cases: list[Case]
    before: dict[str, bytes]


@pytest.fixture(scope="module")
def wild(tmp_path_factory: pytest.TempPathFactory) -> Wild:
    folder = tmp_path_factory.mktemp("wild")
    footage = folder / "footage"
    footage.mkdir()
    cases = make_cases(footage, folder / "made")
    project = Project(
        folder / "project",
        {"corpus": {"videos": str(footage), "shards": 2, "check_sync": False}},
    )
    before = contents(footage)
    project.run("--", "prepare")
    return Wild(project, footage, cases, before)


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.iterdir() if path.is_file())
    return {path.name: path.read_bytes() for path in files}


def manifest_of(wild: Wild) -> pd.DataFrame:
    """By the file's name."""
    manifest = wild.project.table("corpus/manifest.tsv").set_index("clip")
    clips = list_clips(str(wild.footage), results=str(wild.project.folder / "out"))
    return manifest.rename(index={clip.id: Path(clip.video).name for clip in clips})


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.survives(kind)) for kind in KINDS]
)
def test_every_file_has_its_verdict(wild: Wild, survival, kind: str) -> None:
    manifest = manifest_of(wild)
    cases = [case for case in wild.cases if case.kind == kind]
    survival.tried(len(cases))
    wrong = {}
    for case in cases:
        name = case.name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        found = manifest.loc[name, "verdict"] if name in manifest.index else NO_ROW
        print(f"{name!r}: {found}")
        if found not in case.verdicts:
            wrong[name] = found
    assert not wrong
    assert contents(wild.footage) == wild.before


def test_each_reason_says_what_to_do(wild: Wild) -> None:
    manifest = manifest_of(wild)
    rejected = manifest[manifest["verdict"] != OK]
    for verdict, reason in sorted(set(zip(rejected["verdict"], rejected["reason"], strict=True))):
        print(f"{verdict}: {reason}")
    assert rejected["reason"].str.match(r"(?s)^\S.{15,}[.)]$").all()
    # an imperative: a sentence that begins with what to do
    advice = re.compile(
        r"(?:^|[.;:,] )(Copy|Give|Check|Export|Rename|Mend|Remove|Scale|Crop|Lower|lower|cut"
        r"|segment\.\w+ =|A face is found best|If somebody does|lay)"
    )
    silent = [reason for reason in rejected["reason"] if not advice.search(reason)]
    assert not silent


def test_nothing_was_run_that_a_name_asked_for(wild: Wild) -> None:
    assert not list(wild.project.folder.rglob("pwned")) + list(wild.footage.rglob("pwned"))


def test_nothing_unforeseen_happened(wild: Wild) -> None:
    assert "failed" not in set(manifest_of(wild)["verdict"])
