"""What each section of the report shows, worked out from the run's tables."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mit_core.report import charts
from mit_core.report.tables import (
    Row,
    decimals_of,
    format_count,
    format_interval,
    format_p,
    format_seconds,
    in_words,
    is_numeric,
    number,
    read_history,
    read_rows,
    total,
)

FUNNEL_COLUMNS = ("stage", "items_in", "items_out", "seconds_in", "seconds_out")
REJECTED_COLUMNS = ("stage", "item", "clip", "verdict", "reason", "seconds")
SEGMENT_COLUMNS = ("segment", "clip", "speaker", "split", "seconds")
MANIFEST_COLUMNS = ("clip", "video", "speaker", "seconds", "verdict", "notes")
TRAINING_COLUMNS = (
    *("kind", "run", "feature", "hours", "speakers", "clips", "seconds", "steps", "best_step"),
    *("measures", "parameters", "sha256"),
)
SPLITS = ("train", "val", "test")
SPLIT_NAMES = {"train": "training", "val": "validation", "test": "test"}
MAX_BARS = 24  # speakers in one chart


@dataclass(frozen=True)
class Table:
    """A table ready to print: text cells, and which columns are numbers."""

    header: list[str]
    rows: list[list[str]]
    numeric: list[bool]
    hidden: int = 0  # rows left out, since the page would grow too long


@dataclass(frozen=True)
class Section:
    """A table with charts (SVG elements), a picture (its address) and remarks in plain words."""

    table: Table
    charts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    title: str = ""
    picture: str = ""


def funnel(path: Path) -> Section:
    """The funnel: what went into each stage and what came out, in items and in time."""
    _, rows = read_rows(path, FUNNEL_COLUMNS)
    stages = [in_words(row["stage"]) for row in rows]
    column = {name: [number(row[name]) for row in rows] for name in FUNNEL_COLUMNS[1:]}
    cells = [
        [
            stage,
            format_count(items_in),
            format_count(items_out),
            format_seconds(seconds_in),
            format_seconds(seconds_out),
            f"{seconds_out / seconds_in:.1%}" if seconds_in > 0 and seconds_out >= 0 else "–",
        ]
        for stage, items_in, items_out, seconds_in, seconds_out in zip(
            stages, *column.values(), strict=True
        )
    ]
    drawn: tuple[str, ...] = ()
    if rows:
        clips_in, clips_out, seconds_in, seconds_out = (
            np.nan_to_num(np.array(values)) for values in column.values()
        )
        drawn = (
            charts.passage_chart("funnel-items", "Clips and segments", stages, clips_in, clips_out),
            charts.passage_chart(
                "funnel-minutes", "Minutes", stages, seconds_in / 60, seconds_out / 60, decimals=1
            ),
        )
    header = ["stage", "items in", "items out", "time in", "time out", "time kept"]
    return Section(Table(header, cells, [False] + [True] * 5), drawn)


def rejected(path: Path, manifest: list[Row], limit: int) -> Section:
    """What was left out, under its owner's file name, and why."""
    _, rows = read_rows(path, REJECTED_COLUMNS)
    files = {row["clip"]: Path(row["video"]).name for row in manifest}
    cells = []
    for row in rows[:limit]:
        clip = row["clip"] or row["item"]
        part = row["item"] if row["item"] != clip else ""
        cells.append(
            [
                files.get(clip) or clip,
                part,
                in_words(row["stage"]),
                row["reason"] or f"{in_words(row['verdict']).capitalize()}.",
                format_seconds(number(row["seconds"]) or math.nan),  # 0 where it was never known
            ]
        )
    counts = Counter(in_words(row["verdict"]) for row in rows)
    remarks = tuple(f"{verdict}: {count:,}" for verdict, count in counts.most_common())
    table = Table(
        ["file", "part", "stage", "why", "time"],
        cells,
        [False, False, False, False, True],
        hidden=max(0, len(rows) - limit),
    )
    return Section(table, remarks=remarks)


def remarked(manifest: list[Row], limit: int) -> Table:
    """Clips that are used although something about them is worth telling."""
    rows = [row for row in manifest if row["notes"] and row["verdict"] == "ok"]
    cells = [[Path(row["video"]).name or row["clip"], row["notes"]] for row in rows[:limit]]
    return Table(["file", "note"], cells, [False, False], hidden=max(0, len(rows) - limit))


def speakers(path: Path, limit: int) -> Section:
    """Clips, segments and minutes of each speaker, by split."""
    _, rows = read_rows(path, SEGMENT_COLUMNS)
    names = sorted({row["speaker"] for row in rows})
    others = sorted({row["split"] for row in rows} - set(SPLITS) - {""})
    splits = [*SPLITS, *others]
    by_speaker: dict[str, list[Row]] = {name: [] for name in names}
    for row in rows:
        by_speaker[row["speaker"]].append(row)
    cells = []
    minutes: dict[str, dict[str, float]] = {}
    for name, own in by_speaker.items():
        share = {s: total((row for row in own if row["split"] == s), "seconds") for s in splits}
        minutes[name] = {SPLIT_NAMES.get(s, s): seconds / 60 for s, seconds in share.items()}
        cells.append(
            [
                name or "–",
                format_count(len({row["clip"] for row in own})),
                format_count(len(own)),
                *(format_seconds(seconds) for seconds in share.values()),
                format_seconds(total(own, "seconds")),
            ]
        )
    labels = [SPLIT_NAMES.get(s, s) for s in splits]
    header = ["speaker", "clips", "segments", *labels, "together"]
    table = Table(
        header,
        cells[:limit],
        [False] + [True] * (len(header) - 1),
        hidden=max(0, len(cells) - limit),
    )
    drawn: tuple[str, ...] = ()
    if 0 < len(names) <= MAX_BARS and not others:
        drawn = (charts.speakers_chart("speakers", "Minutes by speaker", minutes, labels),)
    return Section(table, drawn)


def trained(path: Path) -> Table:
    """One row a training run: data, size, time, the best checkpoint's measures and hash."""
    _, rows = read_rows(path, TRAINING_COLUMNS)
    cells = [
        [
            row["kind"],
            row["run"],
            row["feature"].partition(":")[0],
            format_seconds(3600 * number(row["hours"])),
            row["speakers"],
            row["clips"],
            f"{number(row['parameters']) / 1e6:.2f} M",
            format_seconds(number(row["seconds"])),
            format_count(number(row["steps"])),
            format_count(number(row["best_step"])),
            _validation(row["measures"]),
            row["sha256"][:10],
        ]
        for row in rows
    ]
    header = [
        *("network", "run", "feature", "footage", "speakers", "clips", "parameters", "time"),
        *("steps", "best at step", "validation", "checkpoint"),
    ]
    numeric = [False] * 3 + [True] * 7 + [False] * 2
    return Table(header, cells, numeric)


def _validation(measures: str) -> str:
    """Those on held-out footage: "val_error=0.2; train_loss=1" gives "error 0.2"."""
    pairs = [part.partition("=") for part in measures.split("; ")]
    held_out = [f"{name[4:]} {value}" for name, _, value in pairs if name.startswith("val_")]
    return in_words(", ".join(held_out))


def training(run: str, path: Path, name: str, picture: str = "") -> Section:
    """The curves of one training run, a chart for each measure that its history tells."""
    header, rows = read_history(path)
    drawn: list[str] = []
    cells: list[list[str]] = []
    for measure, columns in _measured(header).items():
        curves = []
        for label, column in columns.items():
            points = np.array([(number(row["step"]), number(row[column])) for row in rows])
            points = points.reshape(-1, 2)
            points = points[np.isfinite(points).all(axis=1)]
            if len(points):
                curves.append(charts.Curve(label, points[:, 0], points[:, 1]))
        if not curves:
            continue
        drawn.append(charts.curves_chart(f"{name}-{len(drawn)}", measure, curves))
        for curve in curves:
            ends = [f"{curve.values[i]:.4g}" for i in (0, -1)]
            extremes = [
                f"{curve.values[i]:.4g} at {format_count(curve.steps[i])}"
                for i in (curve.values.argmin(), curve.values.argmax())
            ]
            cells.append([f"{measure}, {curve.name}", *ends, *extremes])
    header = ["curve", "first", "last", "lowest, at step", "highest, at step"]
    table = Table(header, cells, [False] + [True] * 4)
    return Section(table, tuple(drawn), title=run, picture=picture)


def _measured(header: list[str]) -> dict[str, dict[str, str]]:
    """Measure in words -> "training" or "validation" -> column.

    ``train_x`` and ``val_x`` are one measure; a loss without prefix is the training's. Other
    columns (time, learning rate) are no measure of how well it goes.
    """
    found: dict[str, dict[str, str]] = {}
    for column in header:
        prefix, _, measure = column.partition("_")
        if prefix == "val" and measure:
            found.setdefault(in_words(measure), {})["validation"] = column
        elif prefix == "train" and measure:
            found.setdefault(in_words(measure), {})["training"] = column
        elif "loss" in column.split("_"):
            found.setdefault(in_words(column), {})["training"] = column
    # training is always drawn in the first colour
    return {measure: dict(sorted(columns.items())) for measure, columns in found.items()}


def measures(title: str, path: Path, picture: str = "") -> Section:
    """A table of held-out measures, numbers alike down each column.

    Where each row is another measure (a column ``measure``), they are alike along each row, and
    ``p`` is printed as a probability. ``X_low`` and ``X_high`` beside ``X`` are the ends of its
    interval, ``X_spread`` its standard deviation over seeds; both are shown in its cell.
    """
    header, rows = read_rows(path)
    columns = {name: [row[name] for row in rows] for name in header}
    numeric = [name for name in header if is_numeric(columns[name])]
    ends = {n: [end for end in (f"{n}_low", f"{n}_high") if end in numeric] for n in numeric}
    spreads = {f"{n}_spread" for n in numeric} & set(header)
    inside = {end for pair in ends.values() for end in pair if len(pair) == 2} | spreads
    decimals = {
        name: [decimals_of([cell for own in (name, *ends[name]) for cell in columns[own]])]
        * len(rows)
        for name in numeric
    }
    by_row = "measure" in header
    if by_row:
        fractions = [name for name in numeric if any(decimals[name]) and name != "p"]
        along = [decimals_of([row[name] for name in fractions]) for row in rows]
        decimals |= dict.fromkeys(fractions, along)
    shown = {}
    for name in header:
        if name in inside:
            continue
        if by_row and name == "p" and name in numeric:
            shown[name] = [format_p(cell) for cell in columns[name]]
        elif name in numeric:
            cells = [
                format_interval([row[own] for own in (name, *ends[name])], places)
                for row, places in zip(rows, decimals[name], strict=True)
            ]
            if f"{name}_spread" in spreads:
                cells = _with_spreads(cells, columns[f"{name}_spread"], decimals[name])
            shown[name] = cells
        else:
            shown[name] = ["–" if cell == "nan" else in_words(cell) for cell in columns[name]]
    printed = [list(row) for row in zip(*shown.values(), strict=True)]
    remarks = []
    if any("mismatched" in cell for row in printed for cell in row):
        remarks.append(
            "“Mismatched” predicts each clip from another clip's audio: it scores what the timing "
            "alone is worth."
        )
    table = Table([in_words(name) for name in shown], printed, [name in numeric for name in shown])
    return Section(table, remarks=tuple(remarks), title=title, picture=picture)


def _with_spreads(cells: list[str], spreads: list[str], decimals: list[int]) -> list[str]:
    """ "0.88 ± 0.01"; a number alone where its spread is not known."""
    told = [format_interval([s], places) for s, places in zip(spreads, decimals, strict=True)]
    return [
        f"{cell} ± {spread}" if math.isfinite(number(raw)) else cell
        for cell, spread, raw in zip(cells, told, spreads, strict=True)
    ]


def key_figures(manifest: list[Row], segments: Path, videos: int) -> Mapping[str, str]:
    """The few numbers at the head of the page."""
    _, rows = read_rows(segments, SEGMENT_COLUMNS)
    return {
        "videos given": format_count(len(manifest)),
        "videos accepted": format_count(sum(row["verdict"] == "ok" for row in manifest)),
        "footage to learn from": format_seconds(total(rows, "seconds")),
        "speakers": format_count(len({row["speaker"] for row in rows})),
        "rendered clips": format_count(videos),
    }
