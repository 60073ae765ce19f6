"""The machine that this runs on, as a report tells of it."""

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path


def this_machine() -> dict[str, str]:
    """Its system, processor, cores, memory and GPUs, in words."""
    return {
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "processor": _processor(),
        "cores": str(cores()),
        "memory": _memory(),
        "GPU": ", ".join(gpu_names()) or "none found",
    }


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.M)
    return found[1].strip() if found else platform.processor() or "unknown"


def cores() -> int:
    """Cores that this process may use, which in a container or a cluster's job are not all."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory() -> str:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return "unknown"
    return f"{size / 2**30:.1f} GiB"


def gpu_names() -> list[str]:
    """Names of NVIDIA's GPUs, by the driver's own program."""
    program = shutil.which("nvidia-smi")
    if not program:
        return []
    try:
        said = subprocess.run(
            [program, "--query-gpu=name", "--format=csv,noheader"],
            capture_output=True,
            check=False,
            text=True,
            timeout=20,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    names = [line.strip() for line in said.stdout.splitlines() if line.strip()]
    return names if said.returncode == 0 else []
