"""One training on several nodes: its script runs again on each of them, by torchrun."""

import os
import shlex
import signal
import socket
import subprocess
import sys

from mit_core.errors import UserError

RANK = "RANK"
"""torchrun's variable: the number of a process among those of all nodes."""


def among_several() -> bool:
    """Whether torchrun started this process."""
    return "TORCHELASTIC_RUN_ID" in os.environ


def on_all_nodes(nodes: int, devices: int, launcher: str) -> None:
    """Go on with this script in all processes of all nodes; the process that asked ends here.

    The processes find each other at a port of the node that asked. What they write they write to
    the folder that all nodes share.

    Args:
        nodes: of one node nothing is started, and this returns at once, as it does in the
            processes that it starts.
        devices: processes on each node.
        launcher: command that runs another one on each node, such as
            ``srun --ntasks-per-node=1``.

    Raises:
        SystemExit: status of the processes, once they have ended.
        UserError: the launcher could not be started.
    """
    if nodes == 1 or among_several():
        return
    with socket.create_server(("", 0)) as free:
        port = free.getsockname()[1]
    torchrun = {
        "--nnodes": nodes,
        "--nproc-per-node": devices,
        "--rdzv-backend": "c10d",
        "--rdzv-endpoint": f"{socket.gethostname()}:{port}",
        "--rdzv-id": port,
    }
    command = [
        *shlex.split(launcher),
        *(sys.executable, "-m", "torch.distributed.run"),
        *(f"{name}={value}" for name, value in torchrun.items()),
        *sys.argv,
    ]
    try:
        process = subprocess.Popen(command)
    except OSError as error:
        raise UserError(
            f"training.launcher is '{launcher}', which could not be started "
            f"({error.strerror}): give the command that runs another one on each node."
        ) from error
    # who asked for the training to stop asked this process
    before = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    try:
        raise SystemExit(process.wait())
    finally:
        signal.signal(signal.SIGTERM, before)
