"""One training on several nodes: its script runs again on each of them, by torchrun."""

import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from mit_core.errors import UserError
from mit_core.processes import among_several

_TERMINATED = 128 + signal.SIGTERM


def on_all_nodes(hardware: Mapping[str, Any], launcher: str, threads: int = 1) -> None:
    """Go on with this script in all processes of all nodes; the process that asked ends here.

    The processes find each other at a port of the node that asked. What they write they write to
    the folder that all nodes share.

    Args:
        hardware: ``nodes`` and ``devices``, which are processes on each node. Of one node nothing
            is started, and this returns at once, as it does in the processes that it starts.
        launcher: command that runs another one on each node; ``{nodes}`` and ``{threads}`` in it
            are filled in.
        threads: cores on each node.

    Raises:
        SystemExit: the processes ended well, or (143) this one got SIGTERM and passed it on.
        UserError: the launcher could not be started, or a process failed.
    """
    nodes, devices = hardware["nodes"], hardware["devices"]
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
        *shlex.split(launcher.format(nodes=nodes, threads=threads)),
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
    asked = []

    def pass_on(*_: object) -> None:
        asked.append(True)
        process.terminate()

    # who asked for the training to stop asked this process
    before = signal.signal(signal.SIGTERM, pass_on)
    try:
        status = process.wait()
    finally:
        signal.signal(signal.SIGTERM, before)
    if status and not asked:
        raise UserError(
            f"The training on {nodes} nodes failed (status {status}). This job's log tells why; "
            "each process but the first has one of its own beside it."
        )
    raise SystemExit(_TERMINATED if asked else 0)
