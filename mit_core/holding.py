"""One run at a time in a results folder, whatever directory it was started in."""

import fcntl
import os
import platform
import time
from pathlib import Path
from typing import IO

from mit_core.errors import UserError

HELD = ".held"


def hold(results: str | Path) -> IO[str]:
    """Take a results folder for this process, until the file that is returned is closed.

    The system gives the folder back when the process ends, however it ends. On file systems that
    know no locks nothing is taken.

    Raises:
        UserError: another run has it; the message says which.
    """
    path = Path(results) / HELD
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+", encoding="utf-8")
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
        return file
    file.truncate(0)
    file.write(f"process {os.getpid()} on {platform.node()}, since {time.strftime('%F %T')}\n")
    file.flush()
    return file
