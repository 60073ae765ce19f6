"""What the results folder holds, for the page: the report's tables and curves, as they are now."""

import re
import threading
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from mit_core.errors import UserError
from mit_core.report import quality, sections
from mit_core.report.sections import MANIFEST_COLUMNS, Section, Table
from mit_core.report.tables import read_rows
from mit_core.studio.replies import without_paths

_MAX_ROWS = 100
_HISTORY = "history.csv"
_FILES = (
    *("corpus/*.tsv", "models/training.tsv", "report.html"),
    *(f"models/*/*/{_HISTORY}", f"models/*/*/work/{_HISTORY}"),
)

Told = dict[str, Any]


class Overview:
    """Tables and charts, made anew only where the files behind them changed."""

    def __init__(self, results: Path):
        self._results = results
        self._lock = threading.Lock()  # matplotlib's settings are the process's own
        self._stamps: object = None
        self._told: Told = {}

    def told(self) -> Told:
        """``parts`` by name, each with a table, charts and remarks; ``runs`` of training alike."""
        with self._lock:
            if (stamps := self._now()) != self._stamps:
                self._told = self._read()
                self._stamps = stamps
            return self._told

    def report(self) -> Path | None:
        """The report, where one was written."""
        path = self._results / "report.html"
        return path if path.is_file() else None

    def videos(self) -> dict[str, Path]:
        """Videos that a report may link to, by their place beside it."""
        found = [*self._results.glob("animations/*"), *self._results.glob("evaluation/**/*.mp4")]
        return {
            path.relative_to(self._results).as_posix(): path
            for path in found
            if path.suffix in (".mp4", ".webm", ".mov") and path.is_file()
        }

    def _now(self) -> list[tuple[Path, int, int]]:
        paths = sorted(path for pattern in _FILES for path in self._results.glob(pattern))
        stats = [(path, path.stat()) for path in paths]
        return [(path, stat.st_mtime_ns, stat.st_size) for path, stat in stats]

    def _read(self) -> Told:
        corpus, models = self._results / "corpus", self._results / "models"

        def manifest() -> list[dict[str, str]]:
            return read_rows(corpus / "manifest.tsv", MANIFEST_COLUMNS)[1]

        makers: dict[str, Callable[[], Section]] = {
            "funnel": lambda: sections.funnel(corpus / "funnel.tsv"),
            "rejected": lambda: sections.rejected(corpus / "quarantine.tsv", manifest(), _MAX_ROWS),
            "remarked": lambda: Section(sections.remarked(manifest(), _MAX_ROWS)),
            "speakers": lambda: sections.speakers(corpus / "segments.tsv", _MAX_ROWS),
            "landmarks": lambda: quality.landmarks(corpus / "segments.tsv"),
            "trained": lambda: Section(sections.trained(models / "training.tsv")),
        }
        parts = {name: made for name, make in makers.items() if (made := _tried(make))}
        runs = []
        for number, (name, path) in enumerate(sorted(_histories(models).items())):
            made = _tried(partial(sections.training, name, path, f"run{number}"))
            if made:
                runs.append({"name": name, **made})
        return {"parts": parts, "runs": runs, "report": self.report() is not None}


def _histories(models: Path) -> dict[str, Path]:
    """The curves of each run, those of trainings that still go on among them."""
    going = {path.parents[1]: path for path in models.glob(f"*/*/work/{_HISTORY}")}
    ended = {path.parent: path for path in models.glob(f"*/*/{_HISTORY}")}
    return {f"{run.parent.name}: {run.name}": path for run, path in (going | ended).items()}


def _tried(make: Callable[[], Section]) -> Told | None:
    """A section, or None where the run has not written it yet or wrote another form."""
    try:
        section = make()
    except UserError:
        return None
    if not section.table.rows:
        return None
    return {
        "table": _table(section.table),
        "charts": [_strict(chart) for chart in section.charts],
        "remarks": [without_paths(remark) for remark in section.remarks],
    }


def _table(table: Table) -> Told:
    rows = [[without_paths(cell) for cell in row] for row in table.rows]
    return asdict(table) | {"rows": rows}


def _strict(chart: str) -> str:
    """A chart without styles of its own, which the page's policy forbids: its script sets them."""
    chart = re.sub(r"<style[^>]*>.*?</style>", "", chart, flags=re.DOTALL)
    return re.sub(r'\sstyle="', ' data-style="', chart)
