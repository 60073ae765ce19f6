"""One run at a time in a results folder, whatever directory it was started in."""

import fcntl
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from mit_core.disk import disk_full
from mit_core.errors import UserError
from mit_core.jobs import wait_for_jobs

HELD = ".held"

_NOTICED_S, _WAITED_S = 2.0, 120.0
"""Seconds in which jobs of a killed run end unnoticed, and in which they must: a training saves its
state first."""


def hold(results: str | Path, tell: Callable[[str], None] = lambda words: None) -> IO[str] | None:
    """Take a results folder for this process, until the file that is returned is closed.

    The system gives the folder back when the process ends, however it ends; the last jobs of a run
    that was killed are waited for. On file systems that know no locks nothing is taken, and None
    returned: there somebody else may be at work.

    Args:
        results: the folder; it is made where it is not there.
        tell: is given words for a person when there is something to wait for.

    Raises:
        UserError: another run has it, or jobs of one are at work there, and the message says which;
            or nothing can be written there.
    """
    path = Path(results) / HELD
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise disk_full(error, results) or UserError(
            f"results is {results}, where nothing can be written ({error.strerror}): give another "
            "folder, or the right to write to this one."
        ) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        holder = file.read().strip() or "another process"
        file.close()
        raise UserError(
            f"results is {results}, where another run is at work ({holder}): wait until it has "
            "ended, or give this one another folder."
        ) from error
    except OSError:
        file.close()
        tell(
            f"The file system of {results} knows no locks: see to it that no other run works there."
        )
        return None
    try:
        if wait_for_jobs(results, _NOTICED_S):
            tell(f"Waiting until the jobs of an earlier run have ended in {results}.")
            if workers := wait_for_jobs(results, _WAITED_S):
                raise UserError(
                    f"results is {results}, where jobs of an earlier run are still at work "
                    f"({workers}): wait until they have ended, or end them."
                )
        file.truncate(0)
        file.write(f"process {os.getpid()} on {platform.node()}, since {time.strftime('%F %T')}\n")
        file.flush()
    except BaseException as error:
        file.close()
        if full := disk_full(error, results):
            raise full from error
        raise
    return file
