"""Matplotlib figures as SVG that lives inside a page and takes the page's colours and font."""

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

# Matplotlib wants real colours: each placeholder stands for a variable of the page's style sheet,
# so that one drawing serves light and dark pages.
INK = "#010101"
FAINT = "#020202"
GRID = "#030303"
SERIES = ("#040404", "#050505", "#060606")
_VARIABLES = {
    INK: "currentColor",
    FAINT: "var(--faint)",
    GRID: "var(--grid)",
    **{colour: f"var(--series-{i})" for i, colour in enumerate(SERIES, start=1)},
}

_STYLE: dict[Any, Any] = {  # matplotlib types its keys as hundreds of literals
    "svg.fonttype": "none",  # text stays text: it takes the page's font and can be searched
    "text.parse_math": False,  # a speaker's name may hold dollar signs
    "font.size": 11,
    "axes.edgecolor": GRID,
    "axes.labelcolor": FAINT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": GRID,
    "ytick.color": GRID,
    "xtick.labelcolor": FAINT,
    "ytick.labelcolor": FAINT,
    "text.color": INK,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
}


@contextmanager
def drawing() -> Iterator[None]:
    """Within this block figures are drawn in the page's style; outside nothing is changed."""
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        # The browser draws the letters, so a script that matplotlib's font lacks is no loss.
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font")
        yield


def inline_svg(figure: Figure, name: str, label: str) -> str:
    """Return ``figure`` as an ``<svg>`` element; the same figure gives the same text.

    Args:
        figure: drawn within :func:`drawing`, with this module's colours.
        name: unique in the page; ids inside the drawing begin with it.
        label: what the drawing shows, for those who cannot see it.
    """
    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": name}):
        figure.savefig(
            buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None}
        )
    text = buffer.getvalue()
    text = text[text.index("<svg") :].strip()
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    # only within tags: a speaker may be called what looks like one of these
    text = re.sub(r"<[^>]*>", lambda tag: _of_the_page(tag[0], name), text)
    opening = re.match(r"<svg[^>]*>", text)
    box = re.search(r'viewBox="([^"]*)"', text)
    if opening is None or box is None:
        raise RuntimeError("matplotlib wrote SVG of another form than this module knows")
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{box[1]}" class="chart" role="img" aria-label="{escape(label)}">'
    )
    return head + text[opening.end() :]


def _of_the_page(tag: str, name: str) -> str:
    """A tag with ids that are unique in the page, and with the page's font and colours."""
    tag = re.sub(r'\bid="', f'id="{name}-', tag)
    tag = re.sub(r'(href=")#', rf"\1#{name}-", tag)
    tag = re.sub(r"url\(#", f"url(#{name}-", tag)
    tag = re.sub(r"(font:[^;\"]*?px) [^;\"]*", r"\1 inherit", tag)
    tag = re.sub(r"font-family: [^;\"]*;? ?", "", tag)
    for placeholder, variable in _VARIABLES.items():
        tag = tag.replace(placeholder, variable)
    return tag
