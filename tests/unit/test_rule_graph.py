"""The rule graph: whole, the same for the same rules, and drawn without overlaps."""

import random
from itertools import pairwise
from xml.etree import ElementTree

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mit_core.report.graph_svg import rule_graph_svg
from mit_core.report.layers import GAP, layered
from mit_core.report.rule_graph import Job, rules_of

# Arrows from a smaller to a larger number only, so that there is no ring
EDGES = st.sets(st.tuples(st.integers(0, 12), st.integers(0, 12)).filter(lambda e: e[0] < e[1]))
CHAIN = [
    *[Job(f"footage_{i:02d}", "Makes footage.\n\nIn batches.", ()) for i in range(3)],
    *[Job("landmarks", " Finds 68 points. ", tuple(f"footage_{i:02d}" for i in range(3)))] * 4,
    Job("report", "", ("landmarks", "footage_00")),
]


def graph_of(edges: set[tuple[int, int]]) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_edges_from((f"n{a}", f"n{b}") for a, b in edges)
    return graph


def test_jobs_are_gathered_by_rule_whatever_their_order() -> None:
    rules = rules_of(CHAIN)
    assert rules["rules"] == [
        ["footage", 3, "Makes footage."],
        ["landmarks", 4, "Finds 68 points."],
        ["report", 1, ""],
    ]
    assert rules["edges"] == [
        ["footage", "landmarks"],
        ["footage", "report"],
        ["landmarks", "report"],
    ]
    shuffled = random.Random(0).sample(CHAIN, len(CHAIN))
    assert rules_of(shuffled) == rules and rules_of(iter(CHAIN)) == rules


@given(EDGES)
def test_edges_go_down_and_boxes_do_not_overlap(edges: set[tuple[int, int]]) -> None:
    graph = graph_of(edges)
    widths = {name: 20.0 + 10 * len(name) for name in graph}
    layout = layered(graph, widths)
    assert set(layout.nodes) == set(graph) and set(layout.edges) == set(graph.edges)
    for (start, end), points in layout.edges.items():
        assert points[0] == layout.nodes[start] and points[-1] == layout.nodes[end]
        assert [b[1] - a[1] for a, b in pairwise(points)] == [1] * (len(points) - 1)
    for depth in range(layout.layers):
        row = sorted((x, name) for name, (x, layer) in layout.nodes.items() if layer == depth)
        assert row
        for (x0, left), (x1, right) in pairwise(row):
            assert x1 - x0 >= (widths[left] + widths[right]) / 2 + GAP - 1e-6
    for name, (x, _) in layout.nodes.items():
        assert widths[name] / 2 - 1e-6 <= x <= layout.width - widths[name] / 2 + 1e-6


@given(EDGES)
def test_what_follows_from_others_is_not_drawn_and_all_else_is(edges: set[tuple[int, int]]) -> None:
    graph = graph_of(edges)
    rules = {"rules": [[name, 1, ""] for name in sorted(graph)], "edges": sorted(graph.edges)}
    drawn = ElementTree.fromstring(rule_graph_svg(rules))
    told = drawn.get("aria-label", "")
    again = nx.DiGraph()
    again.add_nodes_from(graph)
    for part in told.split(". ", 1)[1].split("; ") if graph.edges else []:
        end, _, starts = part.partition(" after ")
        again.add_edges_from((start, end) for start in starts.split(", "))
    assert set(nx.transitive_closure(again).edges) == set(nx.transitive_closure(graph).edges)
    lines = drawn.findall(".//{*}path")
    assert len(lines) == again.number_of_edges() <= graph.number_of_edges()


def test_boxes_say_what_they_do_and_how_often() -> None:
    drawn = ElementTree.fromstring(rule_graph_svg(rules_of(CHAIN)))
    texts = ["".join(text.itertext()) for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["footage ×3", "landmarks ×4", "report"]
    titles = [title.text for title in drawn.iter("{http://www.w3.org/2000/svg}title")]
    assert titles == ["Makes footage.", "Finds 68 points.", "report"]


def test_lines_do_not_cross_where_they_need_not() -> None:
    graph = nx.DiGraph([("a", "z"), ("b", "y"), ("c", "x"), ("x", "r"), ("y", "r"), ("z", "r")])
    layout = layered(graph, dict.fromkeys(graph, 30.0))
    upper = sorted("abc", key=lambda name: layout.nodes[name][0])
    lower = sorted("xyz", key=lambda name: layout.nodes[name][0])
    assert [{"a": "z", "b": "y", "c": "x"}[name] for name in upper] == lower


@pytest.mark.parametrize(
    "rules", [{"rules": [], "edges": []}, {"rules": [["a", 1, ""]], "edges": []}]
)
def test_hardly_a_graph_is_drawn_too(rules: dict) -> None:
    ElementTree.fromstring(rule_graph_svg(rules))


def test_rules_in_a_ring_are_drawn_too() -> None:
    # the same rule may come both before and after another, in jobs of other wildcards
    rules = rules_of([Job("a", "", ("b",)), Job("b", "", ("a",)), Job("c", "", ("b", "c"))])
    drawn = ElementTree.fromstring(rule_graph_svg(rules))
    assert len(drawn.findall(".//{*}path")) == 2
