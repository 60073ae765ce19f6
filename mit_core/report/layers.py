"""Places for the nodes of a graph without rings: in layers, edges downwards, few crossings.

Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures",
IEEE Transactions on Systems, Man, and Cybernetics 11(2), 1981.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

Point = tuple[float, float]
# A node, or a place where an edge passes through a layer between its ends: (start, end, layer)
Place = str | tuple[str, str, int]

SWEEPS = 24  # of ordering, and of placing; more change nothing on graphs of a hundred nodes
PASSING = 14.0  # px, the width that a passing edge is given
GAP = 18.0  # px between neighbours in a layer


@dataclass(frozen=True)
class Layout:
    """
    Attributes:
        nodes: name -> (x, layer), x being its middle in px, 0 or more.
        edges: (start, end) -> the points that it goes through, (x, layer), both ends included.
        width: in px.
        layers: how many there are.
    """

    nodes: dict[str, Point]
    edges: dict[tuple[str, str], list[Point]]
    width: float
    layers: int


def layered(graph: nx.DiGraph, widths: Mapping[str, float]) -> Layout:
    """Lay out a graph without rings; the same graph gives the same layout.

    Args:
        graph: nodes are names.
        widths: of each node, in px.
    """
    layer = _layers(graph)
    through, links = _passing(graph, layer)
    rows = _ordered(through, links)
    room = {
        place: widths.get(place, PASSING) if isinstance(place, str) else PASSING
        for row in rows
        for place in row
    }
    x = _placed(rows, links, room)
    left = min((x[place] - room[place] / 2 for place in x), default=0.0)
    right = max((x[place] + room[place] / 2 for place in x), default=0.0)
    nodes = {name: (x[name] - left, float(layer[name])) for name in graph}
    edges = {
        (start, end): [
            nodes[start],
            *(
                (x[start, end, depth] - left, float(depth))
                for depth in range(layer[start] + 1, layer[end])
            ),
            nodes[end],
        ]
        for start, end in graph.edges
    }
    return Layout(nodes, edges, right - left, len(rows))


def _layers(graph: nx.DiGraph) -> dict[str, int]:
    """As soon as can be: by the longest way from a start, which keeps the graph narrow.

    What the longest way of all does not lead to comes as late as can be, just before its use.
    """
    order = list(nx.lexicographical_topological_sort(graph))
    soon: dict[str, int] = {}
    late: dict[str, int] = {}
    for name in order:
        soon[name] = max((soon[before] + 1 for before in graph.predecessors(name)), default=0)
    for name in reversed(order):
        after = (late[after] - 1 for after in graph.successors(name))
        late[name] = min(after, default=max(soon.values()))
    free: set[str] = set()
    for name in order:
        if soon[name] < late[name] and free.issuperset(graph.predecessors(name)):
            free.add(name)
    layer = dict(soon)
    for name in reversed(order):
        if name in free and graph.out_degree(name):
            layer[name] = min(layer[after] for after in graph.successors(name)) - 1
    return layer


def _passing(
    graph: nx.DiGraph, layer: Mapping[str, int]
) -> tuple[list[list[Place]], list[tuple[Place, Place]]]:
    """Layers with the places where edges pass through, and links from each to the next layer."""
    rows: list[list[Place]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for name in sorted(layer):
        rows[layer[name]].append(name)
    links: list[tuple[Place, Place]] = []
    for start, end in sorted(graph.edges):
        last: Place = start
        for depth in range(layer[start] + 1, layer[end]):
            place = (start, end, depth)
            rows[depth].append(place)
            links.append((last, place))
            last = place
        links.append((last, end))
    return rows, links


def _ordered(rows: list[list[Place]], links: Sequence[tuple[Place, Place]]) -> list[list[Place]]:
    """Each layer in the order of its neighbours' means, downwards and upwards; the best is kept."""
    best, fewest = rows, _crossings(rows, links)
    for sweep in range(SWEEPS):
        rows = [list(row) for row in rows]
        downwards = sweep % 2 == 0
        near = _neighbours(links, above=downwards)
        for fixed, moved in _pairs(len(rows), downwards):
            at = {place: index for index, place in enumerate(rows[fixed])}
            means = {
                place: _mean([at[other] for other in near.get(place, ())], index)
                for index, place in enumerate(rows[moved])
            }
            rows[moved].sort(key=means.__getitem__)
        crossings = _crossings(rows, links)
        if crossings < fewest:
            best, fewest = rows, crossings
    return best


def _placed(
    rows: Sequence[Sequence[Place]],
    links: Sequence[tuple[Place, Place]],
    room: Mapping[Place, float],
) -> dict[Place, float]:
    """x of each place: as near to its neighbours' mean as its layer's order and widths allow."""
    x: dict[Place, float] = {}
    for row in rows:
        x |= zip(row, _apart([0.0] * len(row), [room[place] for place in row]), strict=True)
    above, below = _neighbours(links, above=True), _neighbours(links, above=False)
    for sweep in range(SWEEPS):
        for _, depth in _pairs(len(rows), sweep % 2 == 0):
            row = rows[depth]
            wanted = [
                _mean([x[other] for other in (*above.get(p, ()), *below.get(p, ()))], x[p])
                for p in row
            ]
            x |= zip(row, _apart(wanted, [room[place] for place in row]), strict=True)
    return x


def _apart(wanted: Sequence[float], widths: Sequence[float]) -> list[float]:
    """The places nearest to those wanted, in squares, whose widths do not overlap.

    With each place moved left by the room that those before it need, they may be equal but not
    fall: pool adjacent violators, the least-squares fit of numbers that do not fall.
    """
    offsets = [0.0] * len(widths)
    for i in range(1, len(widths)):
        offsets[i] = offsets[i - 1] + (widths[i - 1] + widths[i]) / 2 + GAP
    pools: list[list[float]] = []  # sum and count of those that share a place
    for want, offset in zip(wanted, offsets, strict=True):
        pools.append([want - offset, 1])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            total, count = pools.pop()
            pools[-1] = [pools[-1][0] + total, pools[-1][1] + count]
    shared = [total / count for total, count in pools for _ in range(int(count))]
    return [place + offset for place, offset in zip(shared, offsets, strict=True)]


def _crossings(rows: Sequence[Sequence[Place]], links: Sequence[tuple[Place, Place]]) -> int:
    at = {
        place: (depth, index) for depth, row in enumerate(rows) for index, place in enumerate(row)
    }
    spans: dict[int, list[tuple[int, int]]] = {}
    for start, end in links:
        depth, index = at[start]
        spans.setdefault(depth, []).append((index, at[end][1]))
    return sum(
        (a - c) * (b - d) < 0
        for pairs in spans.values()
        for i, (a, b) in enumerate(pairs)
        for c, d in pairs[:i]
    )


def _neighbours(links: Sequence[tuple[Place, Place]], above: bool) -> dict[Place, list[Place]]:
    found: dict[Place, list[Place]] = {}
    for start, end in links:
        here, there = (end, start) if above else (start, end)
        found.setdefault(here, []).append(there)
    return found


def _pairs(depth: int, downwards: bool) -> list[tuple[int, int]]:
    """(the layer that stays, the layer that moves), in the order of a sweep."""
    if downwards:
        return [(i - 1, i) for i in range(1, depth)]
    return [(i + 1, i) for i in reversed(range(depth - 1))]


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
