"""The state that a run goes on from, in one file of its folder."""

import json
import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric

from mit_core.errors import UserError, reason_of
from mit_core.files import written_whole
from mit_core.models.entries import holds
from mit_core.models.tensors import read_tensors, write_tensors
from mit_core.training.hardware import gathered
from mit_core.training.recipe import Recipe

log = logging.getLogger(__name__)

STATE = "state.pt"
"""The file in a run's folder that the run goes on from."""
_FORMAT = "mit_core.state.2"


@dataclass
class Progress:
    """How far a run has come.

    Attributes:
        step: optimiser steps taken.
        seconds: spent training, over all its parts.
        started: when the run began, ISO 8601.
        best_score, best_step: of the best model so far.
        misses: validations since.
        history: a row a validation.
        sums, summed: losses since the last validation, and of how many steps.
    """

    step: int = 0
    seconds: float = 0.0
    started: str = ""
    best_score: float = math.inf
    best_step: int = 0
    misses: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    sums: dict[str, float] = field(default_factory=dict)
    summed: int = 0


def save_state(
    fabric: Fabric, recipe: Recipe, progress: Progress, folder: Path, fingerprint: str
) -> None:
    """Write the state; all processes take part and the first one writes.

    Weights and optimisers are the same in all of them; plain values of the recipe's state (a random
    stream, a queue of clips) and torch's random state are each process's own.
    """
    whole = recipe.state_dict()
    own = gathered(fabric, {"recipe": _plain(whole), "random": _random_state(fabric)})
    if not fabric.is_global_zero:
        return
    best = folder / "best.pt"
    state = {
        "format": _FORMAT,
        "fingerprint": fingerprint,
        "recipe": whole,
        "processes": own,
        "precision": fabric.strategy.precision.state_dict(),
        "progress": json.dumps(vars(progress)),
        # A workflow clears a job's declared outputs before it runs the job again, so the best
        # model must survive in here.
        "best": torch.frombuffer(bytearray(best.read_bytes()), dtype=torch.uint8)
        if progress.best_step
        else None,
    }
    write_tensors(folder / STATE, state)


def resume(fabric: Fabric, recipe: Recipe, folder: Path, fingerprint: str) -> Progress | None:
    """Bring the recipe to the state in the folder; None where there is none of this run's.

    With more processes than before, the new ones draw from their fresh streams.

    Raises:
        UserError: the state is damaged.
    """
    path = folder / STATE
    if not path.is_file():
        return None
    state = read_tensors(path)
    if not holds(state, "format", _FORMAT) or not holds(state, "fingerprint", fingerprint):
        log.info("%s is of other settings or data: training starts anew", path)
        return None
    try:
        progress = _taken_up(fabric, recipe, state)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise UserError(
            f"{path} is damaged ({reason_of(error)}): delete it, and training starts anew."
        ) from error
    if state["best"] is not None and fabric.is_global_zero:
        with written_whole(folder / "best.pt") as part:
            part.write_bytes(state["best"].numpy().tobytes())
    log.info("training goes on from step %d", progress.step)
    return progress


def _taken_up(fabric: Fabric, recipe: Recipe, state: Mapping[str, Any]) -> Progress:
    ours = _plain(recipe.state_dict())
    if fabric.global_rank < len(state["processes"]):
        own = state["processes"][fabric.global_rank]
        ours = own["recipe"]
        _set_random_state(fabric, own["random"])
    recipe.load_state_dict({**state["recipe"], **ours})
    fabric.strategy.precision.load_state_dict(state["precision"])
    return Progress(**json.loads(state["progress"]))


def _plain(state: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in state.items() if not isinstance(v, Mapping | torch.Tensor)}


def _random_state(fabric: Fabric) -> dict[str, torch.Tensor]:
    states = {"cpu": torch.get_rng_state()}
    if fabric.device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(fabric.device)
    return states


def _set_random_state(fabric: Fabric, states: Mapping[str, torch.Tensor]) -> None:
    torch.set_rng_state(states["cpu"])
    if fabric.device.type == "cuda" and "cuda" in states:
        torch.cuda.set_rng_state(states["cuda"], fabric.device)
