"""Two runs never work in one results folder."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mit_core.errors import UserError
from mit_core.holding import hold

HOLDER = """
import sys, time
from mit_core.holding import hold
held = hold(sys.argv[1])
print(1, flush=True)
time.sleep(60)
"""


def holder(folder: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "1\n"
    return process


def test_the_second_run_is_told_of_the_first(tmp_path: Path) -> None:
    first = holder(tmp_path / "results")
    try:
        with pytest.raises(UserError, match=rf"another run is at work \(process {first.pid} on "):
            hold(tmp_path / "results")
        other = hold(tmp_path / "others")
        assert other is not None
        other.close()
    finally:
        first.kill()
        first.wait()


def test_a_killed_run_holds_nothing(tmp_path: Path) -> None:
    first = holder(tmp_path)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    held = hold(tmp_path)
    assert held is not None
    with held:
        held.seek(0)
        assert held.read().startswith(f"process {os.getpid()} on ")


def test_where_there_are_no_locks_nothing_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    told: list[str] = []
    assert hold(tmp_path, told.append) is None
    assert "knows no locks" in told[0]


@pytest.mark.survives("Results folder that cannot be written")
def test_where_nothing_can_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"file/results, where nothing can be written \(Not a dir"):
        hold(tmp_path / "file" / "results")
