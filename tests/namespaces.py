"""Disks and networks of a test's own, by Linux namespaces; where they are not allowed, it skips."""

import os
import shutil
import subprocess

import pytest


def unshared(*kinds: str) -> list[str]:
    """The beginning of a command that runs in namespaces of its own, as root there.

    Args:
        kinds: options of unshare, as ``--mount`` or ``--net``.
    """
    if shutil.which("unshare") is None:
        pytest.skip("there is no program unshare here, which gives a test disks of its own")
    whoever = [] if os.geteuid() == 0 else ["--map-root-user"]
    for more in (whoever, ["--map-root-user"]):
        command = ["unshare", *more, *kinds]
        if subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            return command
    pytest.skip(f"this machine does not allow unshare {' '.join(kinds)}")


def with_disk(folder: object, megabytes: float, script: str) -> list[str]:
    """A command that runs a shell script with a small disk of its own mounted on a folder."""
    size = f"size={round(megabytes * 1024)}k"
    mount = f'mount -t tmpfs -o {size} tmpfs "$0" && cd "$0"/.. && '
    return [*unshared("--mount"), "sh", "-c", mount + script, str(folder)]
