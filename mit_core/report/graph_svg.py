"""The rule graph as an SVG element in the colours of the page."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any

import networkx as nx

from mit_core.report.layers import Point, layered

# px; letters of the page's monospaced font at 12 px are 7.2 px wide
LETTER = 7.3
PADDING = 20.0
HEIGHT = 26.0
STEP = 54.0  # from layer to layer
MARGIN = 8.0
# px from a layer to the next: a line that goes further is upright where it passes boxes, since
# else it would run into its neighbours' corners
STEEPEST = 50.0


def rule_graph_svg(rules: Mapping[str, Any]) -> str:
    """Draw the rules, one box each, files going downwards; a box tells on hover what it does.

    Args:
        rules: what :func:`mit_core.report.rule_graph.rules_of` gave.
    """
    graph = _reduced(rules)
    labels = {
        name: (name, f"×{data['jobs']}" if data["jobs"] > 1 else "")
        for name, data in graph.nodes(data=True)
    }
    widths = {
        name: LETTER * sum(map(len, label)) + (6 if label[1] else 0) + PADDING
        for name, label in labels.items()
    }
    layout = layered(graph, widths)
    width = layout.width + 2 * MARGIN
    height = (layout.layers - 1) * STEP + HEIGHT + 2 * MARGIN
    lines = [
        f'<path d="{_curve([_px(point) for point in points])}"/>'
        for _, points in sorted(layout.edges.items())
    ]
    boxes = []
    for name, (x, y) in sorted((name, _px(point)) for name, point in layout.nodes.items()):
        text, times = labels[name]
        told = f' <tspan class="times">{times}</tspan>' if times else ""
        boxes.append(
            f"<g><title>{escape(graph.nodes[name]['doing'] or name)}</title>"
            f'<rect x="{x - widths[name] / 2:.1f}" y="{y - HEIGHT / 2:.1f}" '
            f'width="{widths[name]:.1f}" height="{HEIGHT:g}" rx="6"/>'
            f'<text x="{x:.1f}" y="{y + 4:.1f}">{escape(text)}{told}</text></g>'
        )
    described = "; ".join(
        f"{name} after {', '.join(sorted(graph.predecessors(name)))}"
        for name in sorted(graph)
        if graph.in_degree(name)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" class="graph" role="img" '
        f'aria-label="{escape(f"Rules of the workflow. {described}")}">'
        f'<g class="lines">{"".join(lines)}</g>{"".join(boxes)}</svg>'
    )


def _reduced(rules: Mapping[str, Any]) -> nx.DiGraph:
    """The graph without edges that follow from others; nodes carry ``jobs`` and ``doing``."""
    graph = nx.DiGraph()
    for name, jobs, doing in rules["rules"]:
        graph.add_node(name, jobs=jobs, doing=doing)
    graph.add_edges_from(rules["edges"])
    # Jobs never wait for each other in a ring, but one rule's may come both before and after
    # another's; such an edge back is left out.
    while not nx.is_directed_acyclic_graph(graph):
        graph.remove_edge(*nx.find_cycle(graph)[-1][:2])
    kept = nx.transitive_reduction(graph)
    kept.add_nodes_from(graph.nodes(data=True))
    return kept


def _px(point: Point) -> Point:
    x, layer = point
    return x + MARGIN, layer * STEP + HEIGHT / 2 + MARGIN


def _curve(points: Sequence[Point]) -> str:
    """Smoothly from one box's lower edge to another's upper edge, upright there."""
    steps = [after[0] - before[0] for before, after in pairwise(points)]
    # the way, as x, y and px across for a px down
    way = [(points[0][0], points[0][1] + HEIGHT / 2, 0.0)]
    for (x, y), before, after in zip(points[1:-1], steps[:-1], steps[1:], strict=True):
        if max(abs(before), abs(after)) <= STEEPEST:
            way.append((x, y, (before + after) / 2 / STEP))
        else:
            way += [(x, y - HEIGHT / 2, 0.0), (x, y + HEIGHT / 2, 0.0)]
    way.append((points[-1][0], points[-1][1] - HEIGHT / 2, 0.0))
    path = f"M{way[0][0]:.1f} {way[0][1]:.1f}"
    for (x0, y0, slope0), (x1, y1, slope1) in pairwise(way):
        half = (y1 - y0) / 2
        path += (
            f"C{x0 + slope0 * half:.1f} {y0 + half:.1f} "
            f"{x1 - slope1 * half:.1f} {y1 - half:.1f} {x1:.1f} {y1:.1f}"
        )
    return path
