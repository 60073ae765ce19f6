"""What tells one training run from another: code, settings, data."""

import hashlib
import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from mit_core.errors import UserError


class Split(Protocol):
    """What is learned from: ``Sequences``, ``Voices``, ``Footage``; a dataclass of arrays and
    plain values."""

    @property
    def digest(self) -> str:
        """Of all that made the data."""

    @property
    def hours(self) -> float:
        """Its length."""

    @property
    def speakers(self) -> tuple[str, ...]:
        """Of every clip."""

    def __len__(self) -> int:
        """How many clips."""


_ROWS = 1000
"""Rows of the data that go into a fingerprint, evenly spaced: enough to see another scaling."""


def run_fingerprint(code: str, settings: Any, *data: Split | np.ndarray) -> str:
    """Digest of all that a run depends on; a run of another one is not gone on with.

    Args:
        code: digest of the code that trains.
        settings: a dataclass; the files that its ``initial``, its ``target`` and its
            ``perceptual_weights`` name, if any, are read too.
        data: splits, and arrays such as a scaling's. A split's fields that do not count in
            comparisons, such as where its files lie, do not count here.

    Raises:
        UserError: the initial checkpoint does not exist.
    """
    digest = hashlib.sha256(json.dumps([code, asdict(settings)], sort_keys=True).encode())
    initial = getattr(settings, "initial", None)
    if initial:
        if not Path(initial).is_file():
            raise UserError(f"The checkpoint {initial} (initial) does not exist: check the path.")
        digest.update(Path(initial).read_bytes())
    for key in ("target", "perceptual_weights"):
        path = getattr(settings, key, None)
        if path and Path(path).is_file():  # a target may be a speaker's name
            digest.update(Path(path).read_bytes())
    for each in data:
        values: list[Any] = [each]
        if not isinstance(each, np.ndarray):
            whole: Any = each
            values = [getattr(each, field.name) for field in fields(whole) if field.compare]
        for value in values:
            if isinstance(value, np.ndarray):
                rows = np.unique(np.linspace(0, max(len(value) - 1, 0), _ROWS).astype(int))
                digest.update(str((value.shape, value.dtype)).encode())
                digest.update(np.ascontiguousarray(value[rows[: len(value)]]).tobytes())
            else:
                digest.update(json.dumps(value).encode())
    return digest.hexdigest()
