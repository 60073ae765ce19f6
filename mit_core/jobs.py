"""A job's tie to the run that started it: it ends when the run is gone, and the next run waits.

``kill -9`` of the run's process ends that process alone; its jobs would work on beside those of
the next run, in the same folders. Whoever runs jobs calls ``announce_run`` before it starts any.
"""

import fcntl
import os
import platform
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from mit_core.processes import among_several

AT_WORK = ".at_work"
"""File in the results folder that every job holds a lock on, a shared one."""

_RUN, _RESULTS = "MIT_RUN", "MIT_RESULTS"
_LOOK_EVERY_S = 0.5
"""Seconds between two looks; a run takes longer to come to its first job."""
_NAMED = 3
"""Jobs that are named to whoever has to wait for them."""


def announce_run(results: str | Path) -> None:
    """Tell the jobs that this process will start whose they are."""
    os.environ[_RUN] = f"{os.getpid()} {_where()}"
    os.environ[_RESULTS] = str(Path(results).absolute())


@contextmanager
def part_of_run() -> Iterator[None]:
    """Be a job of the run that announced itself, if one did, while the block runs.

    When the run's process is gone this one gets SIGTERM, by which a training saves its state.

    Raises:
        SystemExit: the run is gone already.
    """
    if _RESULTS not in os.environ:
        yield
        return
    run_lives = _tie()
    if not run_lives():
        raise SystemExit("The run that started this job is gone.")
    threading.Thread(target=_end_with, args=(run_lives,), daemon=True).start()
    held = _share(Path(os.environ[_RESULTS]))
    try:
        yield
    finally:
        if held:
            held.close()


def wait_for_jobs(results: str | Path, seconds: float) -> str:
    """Wait until no job is at work in a results folder; who still is after so long, else "".

    On file systems that know no locks nobody is.
    """
    with (Path(results) / AT_WORK).open("a+", encoding="utf-8") as file:
        end = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                file.truncate(0)
                return ""
            except BlockingIOError:
                if time.monotonic() > end:
                    return _who(file) or "a job"
                time.sleep(_LOOK_EVERY_S)
            except OSError:
                return ""


def _share(results: Path) -> IO[str] | None:
    try:
        # readable, too: NFS gives a shared lock on nothing else
        file = (results / AT_WORK).open("a+", encoding="utf-8")
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return None
    with suppress(OSError):  # a full disk
        file.write(f"process {os.getpid()} on {platform.node()}\n")
        file.flush()
    return file


def _who(file: IO[str]) -> str:
    """The last few of the jobs that wrote themselves down and are not known to have ended."""
    file.seek(0)
    found = re.findall(r"^(process (\d+) on (.+))$", file.read(), re.M)
    here = platform.node()
    living = [who for who, pid, node in found if node != here or _lives(int(pid))]
    return ", ".join(dict.fromkeys(living[-_NAMED:]))


def _tie() -> Callable[[], bool]:
    """What tells whether the run, and what it started this process by, is still there."""
    pid, _, where = os.environ.get(_RUN, "").partition(" ")
    # On another machine, or in a container, the number is some other process's.
    run = int(pid) if where == _where() and not among_several() else 0
    parent = os.getppid()
    return lambda: os.getppid() == parent and (not run or _lives(run))


def _end_with(run_lives: Callable[[], bool]) -> None:
    while run_lives():
        time.sleep(_LOOK_EVERY_S)
    os.kill(os.getpid(), signal.SIGTERM)


def _where() -> str:
    """Where a process number means something: the machine, and on Linux the namespace in it."""
    try:
        return f"{platform.node()} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return platform.node()


def _lives(pid: int) -> bool:
    """Whether a process runs; one that has ended and whose parent did not ask yet does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    return state.rpartition(")")[2].split()[0] not in ("Z", "X")
