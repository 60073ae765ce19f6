"""How much the benchmarks measure: all, or with ``MIT_BENCH=quick`` just enough to see them run.

Quick figures mean nothing and are printed alone: benchmarks/latest.md stays as it is.
"""

import os
from typing import TypeVar

T = TypeVar("T")

QUICK = os.environ.get("MIT_BENCH") == "quick"


def amount(whole: T, quick: T) -> T:
    """What is measured with, by the environment."""
    return quick if QUICK else whole
