"""A job's log takes everything printed; a user's mistake is said in one sentence."""

import logging
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from mit_core.errors import UserError
from mit_core.processes import among_several, rank

_terminals: list[TextIO] = []


def terminal() -> TextIO | None:
    """The terminal's own stderr while a job's output goes to its log; None outside of a job."""
    return _terminals[-1] if _terminals else None


@contextmanager
def logged(path: str | Path) -> Iterator[TextIO]:
    """Send stdout and stderr (C libraries' too) to the file ``path`` while the block runs.

    Yields the terminal's own stderr, for progress bars. A ``UserError`` ends the process with
    status 1 and its sentence on the terminal; any other error names the log that holds its trace.
    """
    path = Path(path)
    if rank():  # of several processes of one job the first has the log
        path = path.with_suffix(f".{rank()}{path.suffix}")
    path.parent.mkdir(parents=True, exist_ok=True)
    own = os.fdopen(os.dup(2), "w", buffering=1, encoding="utf-8", errors="replace")
    stdout = os.dup(1)
    if not among_several():
        path.write_bytes(b"")
    # to its end: the processes that a job starts write there, too
    with path.open("a", encoding="utf-8") as log:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        logging.basicConfig(
            level=logging.INFO, format="%(asctime)s %(name)s %(message)s", force=True
        )
        _terminals.append(own)
        try:
            yield own
        except UserError as error:
            traceback.print_exc()
            own.write(f"\nError: {error}\n")
            raise SystemExit(1) from None
        except Exception as error:
            traceback.print_exc()
            own.write(f"\n{type(error).__name__}: {error} (the whole trace is in {path})\n")
            raise SystemExit(1) from None
        finally:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            os.dup2(stdout, 1)
            os.dup2(own.fileno(), 2)
            os.close(stdout)
            _terminals.remove(own)
            own.close()
