"""Python and its packages, beside those that ``requirements.lock`` pins."""

import platform
import re
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from mit_core.checkup.check import FOUND, LACKING, NOTE, Check

_PYTHONS = ((3, 11), (3, 12))
_NAMED = 8
"""Packages that are named before the others are counted."""
_DEVELOPMENT = "# for those who work on the project"
"""Line of requirements.txt below which nothing is needed to use the project."""

ENVIRONMENT = "'make env' in the project's folder makes the environment anew"


def check_python() -> Check:
    """The interpreter's version."""
    version = platform.python_version()
    if sys.version_info[:2] in _PYTHONS:
        return Check("Python", FOUND, f"{version}, {sys.executable}")
    return Check(
        "Python",
        LACKING,
        f"{version}; 3.11 or 3.12 is needed",
        "install one of them, then: make env PYTHON=/path/to/python3.11",
    )


def check_packages(project: Path) -> list[Check]:
    """Packages of the lock that are missing, or there at other versions.

    Args:
        project: the folder with ``requirements.lock`` and ``requirements.txt``.
    """
    try:
        lock = _pins(project / "requirements.lock")
        needed = _needed(_direct(project / "requirements.txt"))
    except OSError:
        words = f"{project} is not the project's folder: it has no requirements.lock"
        remedy = "take the project whole, and use it from its own folder, where 'make demo' is"
        return [Check("packages", LACKING, words, remedy)]
    missing, others = [], []
    for name, (shown, version) in lock.items():
        here = _version(name)
        if here is None:
            missing.append(name)
        elif here.partition("+")[0] != version:  # "+cpu" is a build, not a version
            others.append(f"{shown} {here} (pinned: {version})")
    absent = sorted(name for name in {*missing, *needed} if _version(name) is None)
    lacking = [name for name in absent if name in needed]
    unneeded = [name for name in absent if name not in needed]
    checks = [Check("packages", FOUND, f"{len(lock) - len(missing)} of {len(lock)} of the lock")]
    if lacking:
        words = f"missing: {_some(lacking)}"
        checks[0] = Check("packages", LACKING, words, ENVIRONMENT)
    if unneeded:
        words = f"missing, needed only to work on the project: {_some(unneeded)}"
        checks.append(Check("packages for development", NOTE, words, ENVIRONMENT))
    if others:
        words = f"at other versions than were tested: {_some(others)}"
        checks.append(Check("versions of packages", NOTE, words, ENVIRONMENT))
    return checks


def _pins(lock: Path) -> dict[str, tuple[str, str]]:
    """Canonical name -> (name, version) of what this machine needs of the lock."""
    from packaging.requirements import InvalidRequirement, Requirement

    pins = {}
    for line in lock.read_text(encoding="utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if not text:
            continue
        try:
            entry = Requirement(text)
        except InvalidRequirement:
            continue
        if entry.marker is None or entry.marker.evaluate():
            version = next((each.version for each in entry.specifier), "")
            pins[canonical(entry.name)] = (entry.name, version)
    return pins


def _direct(requirements: Path) -> list[str]:
    """What using the project needs by name."""
    text = requirements.read_text(encoding="utf-8").partition(_DEVELOPMENT)[0]
    return re.findall(r"^([A-Za-z0-9][\w.\-]*)", text, re.M)


def _needed(direct: Iterable[str]) -> set[str]:
    """These packages and what they need in turn, as far as it is told by what is installed."""
    from packaging.requirements import Requirement

    needed: set[str] = set()
    queue = [canonical(name) for name in direct]
    while queue:
        name = queue.pop()
        if name in needed:
            continue
        needed.add(name)
        try:
            wanted = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        for text in wanted:
            entry = Requirement(text)
            if entry.marker is None or entry.marker.evaluate({"extra": ""}):
                queue.append(canonical(entry.name))
    return needed


def canonical(name: str) -> str:
    """A distribution's name as indices compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown
