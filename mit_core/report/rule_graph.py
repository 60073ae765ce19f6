"""The workflow's rules as a graph: which rule works on what another made."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Job:
    """One job of a run: its rule's name, what that rule does, the rules whose files it takes."""

    rule: str
    doing: str
    after: tuple[str, ...]


def rules_of(jobs: Iterable[Job]) -> dict[str, Any]:
    """Jobs gathered by rule, as plain values that are the same whatever the jobs' order.

    Rules that differ in a number at their name's end are one rule in several parts.

    Returns:
        ``rules``: a list of [name, number of jobs, what it does], and ``edges``: a list of
        [rule, rule that takes its files], both sorted.
    """
    count: dict[str, int] = {}
    doing: dict[str, str] = {}
    edges: set[tuple[str, str]] = set()
    for job in jobs:
        name = _whole(job.rule)
        count[name] = count.get(name, 0) + 1
        # the first line: the rest is for those who read the rule
        doing[name] = job.doing.strip().partition("\n")[0]
        edges |= {(_whole(before), name) for before in job.after}
    return {
        "rules": [[name, count[name], doing[name]] for name in sorted(count)],
        "edges": [list(edge) for edge in sorted(edges) if edge[0] != edge[1]],
    }


def _whole(rule: str) -> str:
    return re.sub(r"_\d+$", "", rule)
