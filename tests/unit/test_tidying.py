"""What is put right before a run's first job, and what is left alone."""

import os
import time
from pathlib import Path

import pytest
from reliability import Survival

from mit_core.files import is_part, write_text, written_whole
from mit_core.tidying import tidy


def leftover(path: Path) -> Path:
    """What a process leaves that is killed while it writes a file."""
    kept = None
    with written_whole(path) as part:
        kept = part.with_name(part.name)
        part.write_text("half")
        copy = kept.read_bytes()
    path.unlink()
    kept.write_bytes(copy)
    return kept


@pytest.mark.survives("Jobs and Snakemake killed with -9 at random moments")
def test_leftovers_of_killed_jobs_are_removed(tmp_path: Path) -> None:
    names = ("report.html", "corpus/manifest.tsv", "models/content/a/work/state.pt")
    names += ("shards/0000/intake.json", "animations/my picture--my.voice.mp4", "dump/x_text/.a")
    lying = [leftover(tmp_path / name) for name in names]
    assert all(is_part(path.name) for path in lying)
    for name in names:
        write_text(tmp_path / name, "whole")
    tidy(tmp_path)
    assert not any(path.exists() for path in lying)
    assert all((tmp_path / name).read_text() == "whole" for name in names)


def test_what_is_not_ours_is_left_alone(tmp_path: Path, survival: Survival) -> None:
    names = ("footage/.a.12345678.part.mp4", ".config.12345678.part", "corpus/notes.part.txt")
    for name in names:
        write_text(tmp_path / name, "mine")
        os.utime(tmp_path / name, (4e9, 4e9))
    survival.watch(tmp_path)
    elsewhere = tmp_path.with_name(f"{tmp_path.name} elsewhere")
    write_text(elsewhere / "file", "mine")
    os.utime(elsewhere / "file", (4e9, 4e9))
    (tmp_path / "corpus" / "link").symlink_to(elsewhere / "file")
    tidy(tmp_path)
    assert (elsewhere / "file").stat().st_mtime == 4e9
    assert (tmp_path / names[0]).stat().st_mtime == 4e9


@pytest.mark.survives("Clock that jumps back")
def test_results_of_the_future_are_brought_into_the_present(tmp_path: Path) -> None:
    made = [tmp_path / "shards/0000/intake.json", tmp_path / "corpus/manifest.tsv"]
    item = tmp_path / "shards/0000/intake/a/done.json"
    earlier = tmp_path / "corpus/splits.tsv"
    for number, path in enumerate([*made, item, earlier]):
        write_text(path, "x")
        os.utime(path, (4e9 + number, 4e9 + number))
    os.utime(earlier, (1e9, 1e9))
    before = time.time_ns()
    tidy(tmp_path)
    times = {path.stat().st_mtime_ns for path in made}
    assert len(times) == 1 and before <= times.pop() <= time.time_ns()
    assert earlier.stat().st_mtime == 1e9 and item.stat().st_mtime == 4e9 + 2


def test_a_file_that_cannot_be_changed_stops_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's, in a folder that a group shares."""
    file = tmp_path / "corpus/manifest.tsv"
    write_text(file, "clip")
    os.utime(file, (time.time() + 900, time.time() + 900))

    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "utime", refused)
    tidy(tmp_path)
    assert file.is_file()
