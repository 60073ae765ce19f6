"""Commands as a document has them, typed in a shell: text that the project itself wrote."""

import subprocess
from pathlib import Path


def type_command(
    text: str, folder: Path, environment: dict[str, str], seconds: float
) -> subprocess.CompletedProcess[str]:
    """Run it to its end; its output and errors are ``stdout`` together."""
    return subprocess.run(
        ["bash", "-c", text],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
    )


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
