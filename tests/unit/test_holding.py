"""Two runs never work in one results folder."""

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
        hold(tmp_path / "others").close()
    finally:
        first.kill()
        first.wait()


def test_a_killed_run_holds_nothing(tmp_path: Path) -> None:
    first = holder(tmp_path)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    with hold(tmp_path) as held:
        held.seek(0)
        assert held.read().startswith(f"process {os.getpid()} on ")
