"""The file that holds the benchmarks' latest figures, each part with machine and day."""

import datetime
import platform
from collections.abc import Sequence
from pathlib import Path

import torch

from mit_core.files import write_text
from mit_core.machine import this_machine

_HEAD = """# Benchmarks

Written by `make bench`. Figures of one part were taken in one run, on the machine named below it;
ratios inside a part can be compared, seconds of different machines cannot.
"""


class Latest:
    """Parts of a Markdown file, each replaced when it is measured again.

    Args:
        path: the file, which may not be there yet.
        order: headings of all parts, in their order.
    """

    def __init__(self, path: Path, order: Sequence[str]):
        self._path, self._order = path, order
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        found = (part.partition("\n") for part in text.split("\n## ")[1:])
        self._parts = {heading: body.strip() for heading, _, body in found}

    def put(self, heading: str, rows: Sequence[tuple[str, str]]) -> None:
        """Write a part's figures, and the file."""
        machine = this_machine()
        where = (
            f"{machine['processor']}, {machine['cores']} cores, {machine['memory']}, GPU "
            f"{machine['GPU']}; Python {platform.python_version()}, torch {torch.__version__}; "
            f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}"
        )
        table = ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)]
        self._parts[heading] = "\n".join([*table, "", f"*{where}*"])
        known = [name for name in self._order if name in self._parts]
        parts = [f"## {name}\n\n{self._parts[name]}\n" for name in known]
        write_text(self._path, "\n".join([_HEAD, *parts]))
