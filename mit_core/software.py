"""The software that a run uses, and the project's own code, as a report tells of them.

Standard library only, but for the version of ffmpeg.
"""

import hashlib
import platform
import re
import subprocess
from importlib import metadata
from pathlib import Path

# What results depend on; config.yaml's values are told by themselves.
_PROJECT = ("Snakefile", "rules", "workflow_scripts", "mit_core", "envs")
_PACKAGE = re.compile(r"^\s+- ([\w.-]+)==(\S+)", re.M)


def installed(environments: Path) -> dict[str, str]:
    """Name -> version of Python, ffmpeg and the packages that rules use, as found here.

    Args:
        environments: the folder of the rules' conda environments, which name the packages.
    """
    found = {"Python": platform.python_version(), "ffmpeg": _ffmpeg()}
    for name in sorted(_pins(environments), key=str.lower):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def pinned(environments: Path) -> dict[str, str]:
    """The same for rules that run in conda environments of their own: as these pin it."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(environments.glob("*.yaml"))]
    python = {found for text in texts for found in re.findall(r"- python=(\S+)", text)}
    packages = sorted(_pins(environments).items(), key=lambda pair: pair[0].lower())
    return {"Python": ", ".join(sorted(python)), **dict(packages)}


def project_digest(folder: Path) -> str:
    """A short digest of the project's own code: rules, scripts, library and environments.

    Args:
        folder: the one with the Snakefile.
    """
    files = []
    for part in _PROJECT:
        path = folder / part
        files += [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    digest = hashlib.sha256()
    for file in sorted(files):
        name = file.relative_to(folder).as_posix()
        if "__pycache__" not in name and not file.name.startswith("."):
            digest.update(f"{name}\n{file.stat().st_size}\n".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _pins(environments: Path) -> dict[str, str]:
    """Name -> version of the packages of all environments."""
    return {
        name: version
        for path in sorted(environments.glob("*.yaml"))
        for name, version in _PACKAGE.findall(path.read_text(encoding="utf-8"))
    }


def _ffmpeg() -> str:
    """The version of the ffmpeg that reads and writes media here."""
    try:
        from mit_core.errors import UserError
        from mit_core.media.ffmpeg import ffmpeg_binary
    except ImportError:
        return "not installed"
    try:
        said = subprocess.run(
            [ffmpeg_binary(), "-version"], capture_output=True, check=False, text=True
        ).stdout
    except (UserError, ImportError):
        return "not installed"
    found = re.match(r"ffmpeg version (\S+)", said)
    return found[1] if found else "unknown"


if __name__ == "__main__":
    print(project_digest(Path(__file__).resolve().parents[1]))
