"""THIRD_PARTY.md keeps up with what is installed."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_names_each_direct_dependency_at_its_locked_version() -> None:
    direct = {
        canonical(found[0])
        for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
        if (found := re.match(r"[A-Za-z0-9][\w.\-]*", line))
    }
    locked = {
        canonical(name): version
        for name, version in re.findall(
            r"^([\w.\-]+)==([^\s;]+)", (ROOT / "requirements.lock").read_text("utf-8"), re.M
        )
    }
    told = dict(
        re.findall(
            r"^\| ([\w\-]+) \| (\d\S*) \| \S", (ROOT / "THIRD_PARTY.md").read_text("utf-8"), re.M
        )
    )
    assert direct
    assert told == {name: locked[name] for name in direct}


def test_our_own_licence_is_apache() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
