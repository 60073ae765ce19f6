"""A job's log takes everything printed; a user's mistake is said in one sentence."""

import logging
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from mit_core.disk import disk_full
from mit_core.errors import UserError
from mit_core.jobs import part_of_run
from mit_core.processes import among_several, rank

_terminals: list[TextIO] = []


def terminal() -> TextIO | None:
    """The terminal's own stderr while a job's output goes to its log; None outside of a job."""
    return _terminals[-1] if _terminals else None


@contextmanager
def logged(path: str | Path) -> Iterator[TextIO]:
    """Send stdout and stderr (C libraries' too) to the file ``path`` while the block runs.

    Yields the terminal's own stderr, for progress bars. A ``UserError`` ends the process with
    status 1 and its sentence on the terminal, and so does a full disk; any other error names the
    log that holds its trace. Where the process is a job of a run, it ends when the run does.
    """
    path = Path(path)
    if rank():  # of several processes of one job the first has the log
        path = path.with_suffix(f".{rank()}{path.suffix}")
    log = _open_log(path)
    own = os.fdopen(os.dup(2), "w", buffering=1, encoding="utf-8", errors="replace")
    stdout = os.dup(1)
    with log:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        logging.basicConfig(
            level=logging.INFO, format="%(asctime)s %(name)s %(message)s", force=True
        )
        _terminals.append(own)
        try:
            with part_of_run():
                yield own
        except Exception as error:
            told = error if isinstance(error, UserError) else disk_full(error, path.parent)
            with suppress(OSError):  # a full disk takes no trace
                traceback.print_exc()
            what = f"{type(error).__name__}: {error} (the whole trace is in {path})"
            own.write(f"\n{f'Error: {told}' if told else what}\n")
            raise SystemExit(1) from None
        finally:
            for stream in (sys.stdout, sys.stderr):
                with suppress(OSError):
                    stream.flush()
            os.dup2(stdout, 1)
            os.dup2(own.fileno(), 2)
            os.close(stdout)
            _terminals.remove(own)
            own.close()


def _open_log(path: Path) -> TextIO:
    """The log, emptied; it is written at its end, as by the processes that a job starts."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not among_several():
            path.write_bytes(b"")
        return path.open("a", encoding="utf-8")
    except OSError as error:
        raise SystemExit(f"Error: {disk_full(error, path.parent) or error}") from None
