"""No network at run time: there is none to reach, and nobody tries."""

import subprocess
import sys
from pathlib import Path

import pytest
from namespaces import unshared
from project import Project

# Python's own, read by every Python that starts with the project's folder on its path.
WATCH = """
import os, sys

def tell(event, arguments):
    if event == "socket.connect":
        address = arguments[1]
    elif event == "socket.getaddrinfo":
        address = arguments[:2]
    else:
        return
    host = str(address[0]) if isinstance(address, tuple) else ""
    if host not in ("", "None", "localhost", "::1") and not host.startswith("127."):
        with open(os.environ["MIT_TEST_TOLD"], "a") as file:
            print(event, address, " ".join(sys.argv), file=file)

sys.addaudithook(tell)
"""
# A network that reaches nothing but this machine itself.
LOOPBACK = """
import fcntl, os, socket, struct, sys
up_and_running = 0x41
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh", b"lo", up_and_running))
    try:
        any_socket.connect(("192.0.2.1", 9))
    except OSError:
        os.execv(sys.argv[1], sys.argv[1:])
sys.exit("there is a network")
"""
SHORT = {"steps": 4, "validate_every": 2, "checkpoint_every": 2}
DRAWS = {**SHORT, "size": 64, "widths": [8, 8, 8], "batch_size": 2, "perceptual": "none"}


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.survives("No network at run time")
def test_the_demo_needs_no_network(tmp_path: Path) -> None:
    settings = {
        "demo": {"clips_per_speaker": 3, "batches": 2, "footage": {"size": 192}},
        "corpus": {"shards": 2},
        "train_autovc": SHORT,
        "train_content": SHORT,
        "train_speaker": SHORT,
        "train_refinement": DRAWS,
        "train_translation": DRAWS,
        "evaluate": {"clips": 1, "videos": 1},
    }
    project = Project(tmp_path / "project", settings)
    (project.folder / "sitecustomize.py").write_text(WATCH)
    told = tmp_path / "told"
    told.touch()
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "HOME": str(tmp_path / "home"),  # no cache of anybody's downloads
        "PYTHONPATH": str(project.folder),
        "MIT_TEST_TOLD": str(told),
    }
    probe = "import socket; socket.socket().connect_ex(('192.0.2.1', 9))"
    subprocess.run([*unshared("--net"), sys.executable, "-c", probe], env=environment, check=True)
    assert "192.0.2.1" in told.read_text(), "whoever tries is seen"
    told.write_text("")
    done = subprocess.run(
        [
            *(*unshared("--net"), sys.executable, "-I", "-c", LOOPBACK),
            *project.command("--", "demo"),
        ],
        cwd=project.folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=3500,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (project.folder / "out/report.html").is_file()
    assert len(list((project.folder / "out/animations").glob("*.mp4"))) == 4
    assert told.read_text() == ""
