"""Commands as a document has them, typed in a shell: text that the project itself wrote."""

import os
import signal
import subprocess
from pathlib import Path


def type_command(
    text: str, folder: Path, environment: dict[str, str], seconds: float
) -> subprocess.CompletedProcess[str]:
    """Run it to its end; its output and errors are ``stdout`` together."""
    started = subprocess.Popen(
        ["bash", "-c", text],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = started.communicate(timeout=seconds)
    except BaseException:
        os.killpg(started.pid, signal.SIGKILL)  # with all that it started
        raise
    return subprocess.CompletedProcess(text, started.returncode, said)


def start_command(
    text: str, folder: Path, environment: dict[str, str], log: Path
) -> subprocess.Popen[bytes]:
    """Start it in a session of its own, which a signal can reach as Ctrl-C does."""
    with log.open("w") as output:
        return subprocess.Popen(
            ["bash", "-c", text],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
