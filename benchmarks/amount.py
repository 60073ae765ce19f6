"""How much the benchmarks measure: all, or with ``MIT_BENCH=quick`` just enough to see them run.

Quick figures mean nothing. benchmarks/latest.md stays as it is then; other files that a benchmark
writes, such as RESULTS.md, do not: use it in a copy.
"""

import os
from typing import TypeVar

T = TypeVar("T")

QUICK = os.environ.get("MIT_BENCH") == "quick"


def amount(whole: T, quick: T) -> T:
    """What is measured with, by the environment."""
    return quick if QUICK else whole
