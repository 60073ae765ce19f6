"""A report of given rows, written and read again."""

import csv
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from mit_core.report.page import write_report

VOID = {"meta", "br", "img", "input", "link", "hr"}
HEADERS = {
    "manifest": "clip video audio speaker split shard sha256 width height fps seconds "
    "sample_rate verdict reason notes",
    "funnel": "stage items_in items_out seconds_in seconds_out",
    "quarantine": "stage item clip verdict reason seconds",
    "segments": "segment clip speaker split shard start_s end_s seconds",
    "training": "kind run feature data hours speakers clips settings device started seconds steps "
    "best_step measures parameters sha256",
}


class Page(HTMLParser):
    """Checks that tags nest and ids are unique, and keeps attributes, tables' cells and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.cells: list[str] = []
        self.words = ""
        self.feed(text)
        self.close()
        assert self.open == [], f"never closed: {self.open}"
        ids = [value for _, attrs in self.elements for key, value in attrs.items() if key == "id"]
        assert len(ids) == len(set(ids))
        targets = [attrs["href"] for tag, attrs in self.elements if tag == "a"]
        assert {t[1:] for t in targets if t and t.startswith("#")} <= set(ids)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "td":
            self.cells.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"style", "script"} & set(self.open):
            return
        self.words += data
        if "td" in self.open:
            self.cells[-1] += data.strip()

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]


def write_table(path: Path, header: str, rows: Sequence[dict[str, Any]] = ()) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        delimiter = "\t" if path.suffix == ".tsv" else ","
        writer = csv.DictWriter(file, header.split(), restval="", delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def report(folder: Path, rows: dict[str, Sequence[dict[str, Any]]] | None = None, **more: Any):
    """Write a report whose tables hold ``rows``; returns the parsed page and its text."""
    arguments: dict[str, Any] = {
        name: write_table(folder / f"{name}.tsv", header, (rows or {}).get(name, ()))
        for name, header in HEADERS.items()
    }
    arguments |= {"history": {}, "evaluation": {}, "videos": [], "summary": {}} | more
    write_report(folder / "report.html", **arguments)
    text = (folder / "report.html").read_text(encoding="utf-8")
    return Page(text), text
