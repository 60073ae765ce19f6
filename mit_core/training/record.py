"""``run.json``: what a run learned from, with which settings, how long, and how well."""

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from torch import nn

from mit_core.files import write_json
from mit_core.training.fingerprint import Split
from mit_core.training.hardware import Hardware
from mit_core.training.loop import TrainingResult

RECORD = "run.json"


def write_record(
    result: TrainingResult,
    *,
    kind: str,
    run: str,
    train_split: Split,
    settings: Any,
    hardware: Hardware,
    model: nn.Module,
) -> Path:
    """Write ``run.json`` beside the run's best checkpoint; returns its path.

    Args:
        result: what the loop returned.
        kind: of the network: ``content``, ``speaker``, ``autovc``, ``translation`` ...
        run: the run's name.
        train_split: what was learned from.
        settings: the recipe's settings, a dataclass.
        hardware: what was trained on.
        model: the network of the best checkpoint.
    """
    path = result.best.parent / RECORD
    write_json(
        path,
        {
            "kind": kind,
            "run": run,
            "feature": getattr(train_split, "feature", "mel"),
            "data": train_split.digest,
            "hours": train_split.hours,
            "speakers": len(set(train_split.speakers)),
            "clips": len(train_split),
            "settings": asdict(settings),
            "device": str(hardware),
            "started": result.started,
            "seconds": result.seconds,
            "steps": result.steps,
            "best_step": result.best_step,
            "measures": dict(result.measures),
            "sha256": hashlib.sha256(result.best.read_bytes()).hexdigest(),
            "parameters": sum(parameter.numel() for parameter in model.parameters()),
        },
    )
    return path
