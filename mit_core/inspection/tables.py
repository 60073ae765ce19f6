"""Tables and texts: landmarks, those that the workflow writes, embeddings, constants."""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from mit_core.corpus.catalogue import TSV_COLUMNS
from mit_core.errors import UserError, reason_of
from mit_core.faces.landmark_table import read_landmark_table
from mit_core.faces.puppet_beside import is_puppet
from mit_core.inspection.finding import Finding, counted
from mit_core.report.tables import Row, number, read_history, read_rows, total

_SEVERAL_MOST = 8
"""Columns of a table of measures that are named."""
_PUPPET_ENDINGS = {
    "_face_open_mouth.txt": "points with the mouth open",
    "_face_open_mouth_norm.txt": "points with the mouth open, normalised",
    "_face_close_mouth.txt": "points with the mouth closed",
    "_delauney_tri.txt": "triangles",
    "_scale_shift.txt": "scale and shift",
}
_CONSTANTS = {
    204: "the standard face of the published code, 68 points (published.constants)",
    160: "mean and deviation of 80 bands, as the published code has them (published.constants)",
    256: "an embedding of a voice: it can be given as animate.style or autovc.target",
}


def describe_table(path: Path) -> Finding:
    """A TSV."""
    if path.name.endswith(".landmarks.tsv"):
        return _landmarks(path)
    header, rows = _rows(path)
    names = set(header)
    if {"clip", "verdict", "sha256"} <= names:
        return _manifest(path, rows)
    if {"segment", "start_s", "end_s"} <= names:
        return _segments(rows)
    if {"stage", "item", "verdict"} <= names:
        return _left_out("parts of a corpus that were left out", rows)
    if {"stage", "items_in", "items_out"} <= names:
        kept = [f"{row['stage']} {row['items_out']} of {row['items_in']}" for row in rows]
        return Finding("what each stage kept", (f"Kept: {', '.join(kept)}.",), {"stages": rows})
    if {"kind", "run", "sha256"} <= names:
        runs = [f"{row['kind']}/{row['run']}" for row in rows]
        return Finding("table of trainings", (f"Runs: {', '.join(runs)}.",), {"runs": runs})
    if "video" in names and names <= set(TSV_COLUMNS):
        speakers = len({row.get("speaker") for row in rows} - {"", None})
        words = f"It lists {counted(len(rows), 'video')}"
        words += f" of {counted(speakers, 'speaker')}." if speakers else "."
        return Finding("list of footage (corpus.videos)", (words,), {"videos": len(rows)})
    try:
        return _landmarks(path)
    except UserError:
        pass
    if len(header) < 2 or not rows:
        raise UserError(
            f"{path} is no table that is known here: it has {counted(len(rows), 'row')} under "
            f"'{' '.join(header)[:60]}'."
        )
    shown = ", ".join(header[:_SEVERAL_MOST]) + (" ..." if len(header) > _SEVERAL_MOST else "")
    words = f"It has {counted(len(rows), 'row')} of: {shown}."
    return Finding("table of measures", (words,), {"rows": len(rows), "columns": header})


def describe_text(path: Path) -> Finding:
    """A text: of a puppet, landmarks, a training's history, or numbers that are known by count."""
    for ending, what in _PUPPET_ENDINGS.items():
        if path.name.endswith(ending):
            name = path.name.removesuffix(ending)
            whole = is_puppet(path.with_name(f"{name}.png"))
            beside = f"of the puppet {name}" if whole else f"of a puppet: no {name}.png is beside"
            return Finding("part of a puppet", (f"It holds the {what} {beside}.",))
    if path.suffix.lower() == ".csv":
        header, rows = read_history(path)
        steps = rows[-1]["step"] if rows else "0"
        held = f"It has {counted(len(rows), 'validation')} of: {', '.join(header[1:])}."
        return Finding("history of a training", (held, f"The last is at step {steps}."))
    try:
        return _landmarks(path)
    except UserError:
        numbers = _numbers(path)
    if numbers is None:
        raise UserError(f"{path} is a text that is not known here: it holds no numbers.")
    if numbers.size in _CONSTANTS:
        return Finding("numbers", (f"{path.name} is {_CONSTANTS[numbers.size]}.",))
    if numbers.ndim == 2 and numbers.shape[1] == 204:
        words = f"It holds {counted(len(numbers), 'frame')} of registered landmarks, 204 a frame."
        return Finding("landmarks over time", (words,), {"frames": len(numbers)})
    raise UserError(
        f"{path} holds {numbers.size} numbers, which are neither landmarks nor an embedding."
    )


def _landmarks(path: Path) -> Finding:
    points = read_landmark_table(path)
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    depth = "with depth" if points[:, 2].any() else "without depth"
    words = (
        f"It holds 68 points in iBUG order, {depth}: x from {low[0]:.0f} to {high[0]:.0f}, y from "
        f"{low[1]:.0f} to {high[1]:.0f}.",
    )
    facts = {"low": low.round(2).tolist(), "high": high.round(2).tolist()}
    return Finding("table of landmarks", words, facts)


def _manifest(path: Path, rows: list[Row]) -> Finding:
    verdicts = Counter(row["verdict"] for row in rows)
    good = verdicts.pop("ok", 0)
    speakers = len({row["speaker"] for row in rows})
    words = [
        f"It lists {counted(len(rows), 'clip')} of {counted(speakers, 'speaker')}, "
        f"{total(rows, 'seconds') / 60:.1f} min; {good} can be used."
    ]
    if verdicts:
        words.append(f"The others: {_tally(verdicts)}; the column reason says why.")
    facts = {"clips": len(rows), "usable": good, "verdicts": dict(verdicts)}
    return Finding("manifest: a row for each clip", tuple(words), facts)


def _segments(rows: list[Row]) -> Finding:
    splits = Counter(row.get("split", "") for row in rows)
    seconds = total(rows, "seconds")
    speakers = len({row.get("speaker") for row in rows})
    words = (
        f"It lists {counted(len(rows), 'segment')} of {counted(speakers, 'speaker')}, "
        f"{seconds / 60:.1f} min in all: {_tally(splits)}.",
    )
    facts = {"segments": len(rows), "seconds": round(seconds, 2), "splits": dict(splits)}
    return Finding("table of segments", words, facts)


def _left_out(kind: str, rows: list[Row]) -> Finding:
    verdicts = Counter(row["verdict"] for row in rows)
    seconds = sum(value for row in rows if (value := number(row.get("seconds", ""))) == value)
    words = f"{counted(len(rows), 'part')}, {seconds / 60:.1f} min"
    words += f": {_tally(verdicts)}; the column reason says why." if rows else "."
    return Finding(kind, (words,), {"rows": len(rows), "verdicts": dict(verdicts)})


def _tally(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.most_common())


def _rows(path: Path) -> tuple[list[str], list[Row]]:
    try:
        return read_rows(path)
    except csv.Error as error:
        raise UserError(f"{path} cannot be read as a table ({reason_of(error)}).") from error


def _numbers(path: Path) -> Any:
    try:
        return np.loadtxt(path, dtype=np.float64, ndmin=1)
    except (ValueError, UnicodeDecodeError):
        return None
