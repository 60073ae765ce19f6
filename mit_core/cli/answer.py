"""What a command came to, for people and for machines."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What a command came to.

    Attributes:
        lines: for people, on standard output.
        data: the same for machines, plain values: the document of ``--json``.
        status: of the process; 0 where all went well.
    """

    lines: Sequence[str] = ()
    data: dict[str, Any] = field(default_factory=dict)
    status: int = 0
