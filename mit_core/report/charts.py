"""The report's charts, each an SVG element as text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from mit_core.report.svg import FAINT, GRID, INK, SERIES, drawing, inline_svg

FloatArray = npt.NDArray[np.float64]

WIDTH = 4.2  # inches; narrow, so that the text is still readable when a phone shrinks the chart
MAX_POINTS = 600  # a curve; more than the chart has pixels across


@dataclass(frozen=True)
class Curve:
    """One column of a training history: shape (N,) each, without NaN."""

    name: str
    steps: FloatArray
    values: FloatArray


def passage_chart(
    name: str,
    title: str,
    stages: Sequence[str],
    entered: FloatArray,
    left: FloatArray,
    decimals: int = 0,
) -> str:
    """Bars of what went into each of S stages and what came out, (S,) each, first stage on top."""
    with drawing():
        figure, axes = _axes(0.7 + 0.52 * len(stages))
        rows = np.arange(len(stages))
        reach = max([*entered, *left, 1e-9])
        for offset, values, colour, label in (
            (-0.2, entered, GRID, "in"),
            (0.2, left, SERIES[0], "out"),
        ):
            axes.barh(rows + offset, values, height=0.34, color=colour, label=label)
            for row, value in zip(rows, values, strict=True):
                axes.text(
                    value + 0.015 * reach,
                    row + offset,
                    f"{value:,.{decimals}f}",
                    va="center",
                    fontsize=10,
                    color=INK if label == "out" else FAINT,
                )
        axes.set_xlim(0, 1.16 * reach)
        _row_labels(axes, stages)
        _head(figure, title)
        described = "; ".join(
            f"{stage}: {a:,.{decimals}f} in, {b:,.{decimals}f} out"
            for stage, a, b in zip(stages, entered, left, strict=True)
        )
        return inline_svg(figure, name, f"{title}. {described}")


def speakers_chart(
    name: str, title: str, minutes: Mapping[str, Mapping[str, float]], splits: Sequence[str]
) -> str:
    """Stacked bars of minutes by split, one bar a speaker.

    Args:
        minutes: speaker -> split -> minutes.
        splits: at most three, in the order they are stacked.
    """
    with drawing():
        figure, axes = _axes(0.8 + 0.36 * len(minutes))
        rows = np.arange(len(minutes))
        start = np.zeros(len(minutes))
        for split, colour in zip(splits, SERIES, strict=False):
            widths = np.array([by_split.get(split, 0.0) for by_split in minutes.values()])
            axes.barh(rows, widths, left=start, height=0.55, color=colour, label=split)
            start += widths
        reach = max(float(start.max()), 1e-9)
        for row, value in zip(rows, start, strict=True):
            axes.text(value + 0.015 * reach, row, f"{value:,.1f}", va="center", fontsize=10)
        axes.set_xlim(0, 1.16 * reach)
        _row_labels(axes, list(minutes))
        _head(figure, title)
        described = "; ".join(f"{s}: {v:.1f}" for s, v in zip(minutes, start, strict=True))
        return inline_svg(figure, name, f"{title}. {described}")


def curves_chart(name: str, title: str, curves: Sequence[Curve]) -> str:
    """Curves over training steps; y is logarithmic unless a value is zero or below."""
    with drawing():
        figure, axes = _axes(2.9)
        for curve, colour in zip(curves, SERIES, strict=False):
            steps, values = _thinned(curve)
            single = len(steps) == 1
            axes.plot(steps, values, color=colour, label=curve.name, marker="o" if single else None)
        if all((curve.values > 0).all() for curve in curves):
            axes.set_yscale("log")
            # 1, 2, 5 so that a curve within one decade has labels too
            axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
            axes.yaxis.set_minor_locator(NullLocator())
        axes.grid(axis="y")
        axes.tick_params(axis="both", length=0)
        axes.spines["left"].set_visible(False)
        axes.margins(x=0.02)
        axes.set_xlabel("step")
        _head(figure, title)
        described = "; ".join(
            f"{curve.name} from {curve.values[0]:.3g} to {curve.values[-1]:.3g}" for curve in curves
        )
        return inline_svg(figure, name, f"{title} by training step. {described}")


def _axes(height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    return figure, figure.add_subplot()


def _head(figure: Figure, title: str) -> None:
    figure.suptitle(title, x=0.02, ha="left", fontsize=12, fontweight="bold")
    figure.legend(loc="outside lower right", ncols=3, borderpad=0, fontsize=10)


def _row_labels(axes: Axes, labels: Sequence[str]) -> None:
    shown = [label if len(label) <= 22 else f"{label[:21]}…" for label in labels]
    axes.set_yticks(np.arange(len(labels)), shown)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.xaxis.set_visible(False)  # the figures at the bars' ends say it
    axes.spines["bottom"].set_visible(False)


def _thinned(curve: Curve) -> tuple[FloatArray, FloatArray]:
    """Means of consecutive runs of a curve that has more points than can be seen."""
    parts = -(-len(curve.steps) // MAX_POINTS)
    if parts <= 1:
        return curve.steps, curve.values
    starts = np.arange(0, len(curve.steps), parts)
    sizes = np.diff([*starts, len(curve.steps)])
    return (
        np.add.reduceat(curve.steps, starts) / sizes,
        np.add.reduceat(curve.values, starts) / sizes,
    )
