"""Counts the faults that tests try, and writes docs/reliability.md from what became of them.

A test of a fault carries ``@pytest.mark.survives("kind of fault")``. It counts as one case, or as
many as it tells the fixture ``survival``; the same fixture watches files that must not change.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

HEAD = """# What it survives

Written by `make reliability` from the tests themselves: each case is a fault that a test makes.
*Survived* means that the test passed: the fault ended as the test demands (a verdict with a reason,
one clear error, or the same results after a second run). *Data lost* counts files given by the user
that were changed or gone afterwards, and finished results that had to be made again although whole.

| what was tried | cases | survived | data lost | tests |
|---|---|---|---|---|
"""


@dataclass
class Kind:
    """Cases of one kind of fault, and what became of them."""

    tried: int = 0
    survived: int = 0
    lost: int = 0
    skipped: list[str] = field(default_factory=list)
    files: set[str] = field(default_factory=set)


class Survival:
    """What a test tells of its faults."""

    def __init__(self) -> None:
        self.cases: int | None = None
        self.lost_count = 0
        self._watched: dict[Path, str] = {}

    def tried(self, cases: int) -> None:
        """The test makes so many faults, not one."""
        self.cases = cases

    def watch(self, folder: Path) -> None:
        """Files below ``folder`` (or one file) must be the same when the test ends."""
        files = [folder] if folder.is_file() else folder.rglob("*")
        self._watched |= {path: _digest(path) for path in files if path.is_file()}

    def lost(self, cases: int) -> None:
        """So many files of the user, or whole results, were lost."""
        self.lost_count += cases

    def changed(self) -> list[Path]:
        """Watched files that are not what they were."""
        return [
            path
            for path, digest in self._watched.items()
            if not path.is_file() or _digest(path) != digest
        ]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def survival(record_property: Any) -> Iterator[Survival]:
    told = Survival()
    yield told
    changed = told.changed()
    if told.cases is not None:
        record_property("cases", told.cases)
    record_property("lost", told.lost_count + len(changed))
    assert not changed, f"changed or gone: {changed}"


class Counter:
    """Gathers the tests' words; written at the end."""

    def __init__(self, output: Path):
        self.output = output
        self.tests: dict[str, dict[str, Any]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = dict(report.user_properties)
        if "survives" not in told:
            return
        test = self.tests.setdefault(report.nodeid, {"outcome": "passed"})
        test.update(told)
        if report.outcome != "passed":
            test["outcome"] = report.outcome
            if report.skipped:
                test["why"] = str(report.longrepr[-1] if report.longrepr else "")

    def pytest_sessionfinish(self) -> None:
        kinds: dict[str, Kind] = defaultdict(Kind)
        for name, test in sorted(self.tests.items()):
            kind, cases = kinds[test["survives"]], test.get("cases", 1)
            kind.files.add(name.partition("::")[0])
            if test["outcome"] == "skipped":
                kind.skipped.append(test.get("why", ""))
                continue
            kind.tried += cases
            kind.survived += cases * (test["outcome"] == "passed")
            kind.lost += test.get("lost", 0)
        self.output.write_text(HEAD + "".join(_rows(kinds)), encoding="utf-8")


def _rows(kinds: dict[str, Kind]) -> Iterator[str]:
    for name, kind in sorted(kinds.items()):
        tests = ", ".join(f"`{file}`" for file in sorted(kind.files))
        yield f"| {name} | {kind.tried} | {kind.survived} | {kind.lost} | {tests} |\n"
    whole = [sum(getattr(kind, part) for kind in kinds.values()) for part in _PARTS]
    yield "| **all** | " + " | ".join(f"**{number}**" for number in whole) + " | |\n"
    skipped = sorted({why for kind in kinds.values() for why in kind.skipped})
    if skipped:
        yield f"\nNot tried on this machine: {'; '.join(skipped)}.\n"


_PARTS = ("tried", "survived", "lost")


def add_option(parser: pytest.Parser) -> None:
    parser.addoption(
        "--reliability", type=Path, metavar="FILE", help="write the table of survived faults"
    )


def configure(config: pytest.Config) -> None:
    output = config.getoption("--reliability")
    if output is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Counter(output))


def name_kinds(items: list[pytest.Item]) -> None:
    """Let each report carry its test's kind of fault."""
    for item in items:
        if (mark := item.get_closest_marker("survives")) is not None:
            item.user_properties.append(("survives", mark.args[0]))
