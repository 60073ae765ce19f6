"""A SLURM of one node for a test: real daemons on this machine, stand-ins for its GPUs."""

import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol", "sinfo")
DEFAULT = Path("/etc/slurm")
_FILES = ("slurm.conf", "gres.conf", "cgroup.conf")
# Character devices that do no harm: SLURM counts them and hands out their numbers as it does with
# /dev/nvidia0. Of plain files it would not set CUDA_VISIBLE_DEVICES.
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full")


def why_not() -> str:
    """Why no SLURM can be started here, or ""."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        return (
            f"SLURM is not installed ({missing[0]} is missing): "
            "apt-get install slurmctld slurmd slurm-client munge"
        )
    if os.geteuid() != 0:
        return "SLURM's daemons are started by root alone"
    for name in _FILES:  # of a test that was killed
        link = DEFAULT / name
        if link.is_symlink() and not link.exists():
            link.unlink()
    if (DEFAULT / "slurm.conf").exists():
        return f"{DEFAULT}/slurm.conf is there: this machine has a SLURM of its own"
    return ""


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


class Slurm:
    """Two partitions, ``cpu`` and ``gpu``, on this machine.

    Args:
        state: an empty folder for configuration, state and logs.
        gpus: stand-ins for GPUs, 3 at most.
    """

    def __init__(self, state: Path, gpus: int = 2):
        self._state = state
        self._gpus = gpus
        self._host = socket.gethostname().partition(".")[0]

    def start(self) -> None:
        """Start the daemons and wait until the node takes jobs; SLURM_CONF is set."""
        for name in ("control", "node", "munge"):
            (self._state / name).mkdir(mode=0o755)
        self._start_munge()
        self._configure()
        os.environ["SLURM_CONF"] = str(self._state / "slurm.conf")
        # Inside a job the plugin drops SLURM_CONF, and srun looks in the default place.
        DEFAULT.mkdir(exist_ok=True)
        for name in _FILES:
            (DEFAULT / name).symlink_to(self._state / name)
        self._daemon("slurmctld", "-c")
        self._daemon("slurmd", "-N", self._host)
        for _ in range(240):
            states = subprocess.run(["sinfo", "-h", "-o", "%T"], capture_output=True, text=True)
            if set(states.stdout.split()) == {"idle"}:
                return
            time.sleep(0.5)
        logs = [path.read_text()[-2000:] for path in sorted(self._state.glob("*.log"))]
        raise RuntimeError("SLURM did not come up:\n" + "\n".join(logs))

    def stop(self) -> None:
        """End jobs and daemons, and leave nothing at the default place."""
        if "SLURM_CONF" in os.environ:
            subprocess.run(["scancel", "--user=root"], check=False, capture_output=True)
        for name in ("slurmd", "slurmctld", "munged"):
            path = self._state / f"{name}.pid"
            if path.is_file() and (number := path.read_text().strip()):
                subprocess.run(["kill", number], check=False)
                for _ in range(40):
                    if not Path(f"/proc/{number}").exists():
                        break
                    time.sleep(0.25)
        for name in _FILES:
            link = DEFAULT / name
            if link.is_symlink() and link.readlink().parent == self._state:
                link.unlink()
        os.environ.pop("SLURM_CONF", None)

    def jobs(self) -> list[dict[str, str]]:
        """What SLURM remembers of its jobs: ``JobState``, ``Partition``, ``Comment`` ..."""
        told = subprocess.run(
            ["scontrol", "show", "job", "--details"], capture_output=True, text=True, check=True
        ).stdout
        return [
            dict(re.findall(r"(\w+)=(\S*)", block))
            for block in told.split("\n\n")
            if block.strip().startswith("JobId=")
        ]

    def _start_munge(self) -> None:
        """A key, a socket and a daemon that vouches for who asks, all of the test's own."""
        key = self._state / "munge" / "key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        options = {
            "--key-file": key,
            "--socket": self._socket,
            "--pid-file": self._state / "munged.pid",
            "--log-file": self._state / "munged.log",
            "--seed-file": self._state / "munge" / "seed",
        }
        subprocess.run(
            ["munged", "--force", *(f"{name}={value}" for name, value in options.items())],
            check=True,
        )

    @property
    def _socket(self) -> Path:
        return self._state / "munge" / "socket"

    def _daemon(self, name: str, *options: str) -> None:
        subprocess.run([name, "-f", os.environ["SLURM_CONF"], *options], check=True)

    def _configure(self) -> None:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
        settings = {
            "ClusterName": "test",
            "SlurmctldHost": f"{self._host}(127.0.0.1)",
            "SlurmctldPort": _free_port(),
            "SlurmdPort": _free_port(),
            "SlurmUser": "root",
            "SlurmdUser": "root",
            "AuthType": "auth/munge",
            "AuthInfo": f"socket={self._socket}",
            "CredType": "cred/munge",
            "StateSaveLocation": self._state / "control",
            "SlurmdSpoolDir": self._state / "node",
            "SlurmctldPidFile": self._state / "slurmctld.pid",
            "SlurmdPidFile": self._state / "slurmd.pid",
            "SlurmctldLogFile": self._state / "slurmctld.log",
            "SlurmdLogFile": self._state / "slurmd.log",
            # without control groups, which a container may lack: by the tree of processes
            "ProctrackType": "proctrack/linuxproc",
            "TaskPlugin": "task/none",
            "JobAcctGatherType": "jobacct_gather/none",
            "AccountingStorageType": "accounting_storage/none",
            "MpiDefault": "none",
            "MailProg": "/bin/true",
            "ReturnToService": 2,
            "KillWait": 5,
            # without a database, this is how long a finished job can be asked about, seconds
            "MinJobAge": 3600,
            "SchedulerParameters": "sched_interval=2,bf_interval=2,batch_sched_delay=0",
            "SelectType": "select/cons_tres",
            "SelectTypeParameters": "CR_Core_Memory",
            "GresTypes": "gpu",
        }
        node = (
            f"NodeName={self._host} NodeAddr=127.0.0.1 CPUs={os.cpu_count()} "
            f"RealMemory={int(memory * 0.9)} Gres=gpu:{self._gpus} State=UNKNOWN"
        )
        partitions = [
            f"PartitionName={name} Nodes={self._host} MaxTime=INFINITE State=UP{default}"
            for name, default in (("cpu", " Default=YES"), ("gpu", ""))
        ]
        lines = [f"{name}={value}" for name, value in settings.items()]
        (self._state / "slurm.conf").write_text("\n".join([*lines, node, *partitions, ""]))
        (self._state / "gres.conf").write_text(
            "".join(
                f"NodeName={self._host} Name=gpu File={device} Flags=nvidia_gpu_env\n"
                for device in _DEVICES[: self._gpus]
            )
        )
        (self._state / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\nCgroupAutomount=no\n")
