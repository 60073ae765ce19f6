"""A disk that is full again and again: it is said each time, and the next run goes on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from namespaces import with_disk
from reliability import Survival
from small_corpus import TARGETS, check_whole, contents, files_of, small_project

KIND = "Disk full in the midst of a run"

# Runs the same command with more and more room; tells what came of it, and keeps what was made.
DRIVER = """
import json, shutil, subprocess, sys
from pathlib import Path
sys.path[:0] = json.loads(sys.argv[1])
from small_corpus import check_whole, files_of
disk, kept, sizes, command = Path(sys.argv[2]), sys.argv[3], json.loads(sys.argv[4]), sys.argv[5:]
for size in sizes:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=True)
    done = subprocess.run(command, capture_output=True, text=True)
    for name, path in files_of(Path("out")):
        check_whole(path)
    print(json.dumps([size, done.returncode, done.stdout + done.stderr]), flush=True)
if kept:
    shutil.copytree(disk, kept)
"""


def run_with_more_and_more(
    disk: Path, kept: Path | None, sizes: list[int], command: list[str]
) -> list[tuple[int, int, str]]:
    """(bytes of room, exit status, words) of each run."""
    disk.mkdir(exist_ok=True)
    places = json.dumps([place for place in sys.path if place])
    driver = [sys.executable, "-c", DRIVER, places, str(disk), str(kept or "")]
    done = subprocess.run(
        [*with_disk(disk, 1, 'exec "$@"'), *driver, json.dumps(sizes), *command],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.survives(KIND)
def test_results_on_a_disk_that_fills_up(
    six_videos: Path, unbroken: Path, tmp_path: Path, survival: Survival
) -> None:
    """In normalising (by ffmpeg), in later stages, in the dump and at a training's checkpoints."""
    survival.watch(six_videos)
    project = small_project(tmp_path / "project", six_videos)
    normalised = size_of(unbroken.glob("shards/*/normalise/**/*"))
    trained = size_of(unbroken.glob("models/**/*"))
    prepared = size_of(unbroken.rglob("*")) - trained
    sizes = [
        *(normalised // 3, normalised, (normalised + prepared) // 2, prepared + trained // 3),
        *(prepared + 2 * trained // 3, 3 * (prepared + trained)),
    ]
    runs = run_with_more_and_more(
        project.folder / "out", tmp_path / "kept", sizes, project.command(*TARGETS)
    )
    survival.tried(len(runs) - 1)
    for size, status, said in runs[:-1]:
        assert status == 1, (size, said)
        assert "Error: The disk that holds out" in said and "is full: make space" in said, said
    assert runs[-1][1] == 0, runs[-1][2]
    assert contents(tmp_path / "kept") == contents(unbroken)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.survives(KIND)
def test_snakemakes_own_notes_on_a_disk_that_fills_up(
    six_videos: Path, unbroken: Path, tmp_path: Path, survival: Survival
) -> None:
    project = small_project(tmp_path / "project", six_videos)
    notes = project.folder / ".snakemake"
    sizes = [64 << 10, 96 << 10, 160 << 10, 1 << 30]
    runs = run_with_more_and_more(notes, None, sizes, project.command(*TARGETS))
    survival.tried(len(runs) - 1)
    for size, status, said in runs[:-1]:
        assert status == 1, (size, said)
        assert "No space left on device" in said and str(notes) in said, said
    assert runs[-1][1] == 0, runs[-1][2]
    for _, path in files_of(project.folder / "out"):
        check_whole(path)
    assert contents(project.folder / "out") == contents(unbroken)


def size_of(files: object) -> int:
    """Room that files take, in whole pages as on the disk of the test."""
    return sum(-(-path.stat().st_size // 4096) * 4096 for path in files if path.is_file())  # type: ignore[attr-defined]
