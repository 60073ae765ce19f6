"""One thing that was looked for."""

from dataclasses import dataclass

FOUND, LACKING, NOTE = "found", "lacking", "note"


@dataclass(frozen=True)
class Check:
    """One thing that was looked for.

    Attributes:
        name: of the thing, in a few words.
        state: ``found``; ``lacking``, where ``make demo`` needs it; or ``note``, where it is
            optional or merely odd.
        words: what was found, or what is missing.
        remedy: how to get it; "" where there is nothing to do.
    """

    name: str
    state: str
    words: str
    remedy: str = ""
