"""How long to train and how often to look."""

import re
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from mit_core.errors import UserError

S = TypeVar("S")

_MINUTES = {"s": 1 / 60, "second": 1 / 60, "min": 1.0, "minute": 1.0, "h": 60.0, "hour": 60.0}
_BUDGET = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:(step|second|minute|hour)s?|(s|min|h))\s*")


@dataclass(frozen=True)
class LoopSettings:
    """How long to train and how often to look.

    Attributes:
        steps: optimiser steps; 0 leaves the end to ``minutes`` alone.
        minutes: wall-clock limit; the schedule then shortens so as to end in time. With a limit
            that bites, two runs differ; without, a run is repeatable.
        validate_every: steps between validations.
        checkpoint_every: steps between checkpoints: what a killed run can lose.
        patience: validations without a better score before stopping; 0 never stops early.
        seed: of everything random.
    """

    steps: int
    minutes: float | None = None
    validate_every: int = 100
    checkpoint_every: int = 200
    patience: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.steps and self.minutes is None:
            raise UserError("steps is 0 and minutes is null: one of them must say when to end.")

    def part(self, step: int, seconds: float) -> float:
        """How much of the run is over after these steps and seconds, 0..1."""
        by_steps = step / self.steps if self.steps else 0.0
        by_time = 0.0 if self.minutes is None else seconds / (60 * self.minutes)
        return min(max(by_steps, by_time), 1.0)


def with_budget(settings: S, budget: str | None) -> S:
    """Settings whose run ends when a budget is spent, in place of their own ``steps``, ``minutes``.

    Args:
        settings: a dataclass with ``steps`` and ``minutes``.
        budget: ``2000 steps``, or a time: ``30 minutes``, ``30 min``, ``1.5 h``, ``90 s``; None
            leaves the settings as they are.

    Raises:
        UserError: the budget is none of these.
    """
    if budget is None:
        return settings
    found = _BUDGET.fullmatch(budget)
    amount = float(found[1]) if found else 0.0
    unit = (found[2] or found[3]) if found else ""
    if not amount or (unit == "step" and amount != int(amount)):
        raise UserError(
            f"budget is '{budget}': give a number of steps or a time, as '2000 steps', "
            "'30 minutes' or '1.5 h'."
        )
    ends: dict[str, Any] = {"steps": int(amount), "minutes": None}
    if unit != "step":
        ends = {"steps": 0, "minutes": amount * _MINUTES[unit]}
    return replace(settings, **ends)  # type: ignore[type-var]
