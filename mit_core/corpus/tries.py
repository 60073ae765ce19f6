"""Stages that are to be worked once more, since items of theirs ended in an unexpected way.

An index that lacks nothing is no reason for Snakemake to make it again. So each stage of a shard is
told, as a parameter, how often it was to be tried once more: another number, another try. Within
the shard only the items without an outcome are then worked.
"""

from collections.abc import Iterable
from pathlib import Path

from mit_core.corpus.shards import CHANGED, FAILED, Item, read_index
from mit_core.errors import UserError
from mit_core.files import read_json, write_json

TRIES = ".tries.json"
"""File in the results folder: ``{shard}/{stage}`` -> how often it was to be tried once more."""


def read_tries(results: str | Path) -> dict[str, int]:
    """How often stages of shards were to be tried once more; a damaged file tells of none."""
    path = Path(results, TRIES)
    try:
        known = read_json(path) if path.is_file() else {}
    except (UserError, OSError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {stage: tries for stage, tries in known.items() if isinstance(tries, int)}


def try_again(results: str | Path, shards: Iterable[str]) -> list[Item]:
    """Let the next run work the items once more that have no outcome.

    Returns:
        the items that an unexpected error ended, or whose files were changed.
    """
    found: list[Item] = []
    tries = read_tries(results)
    for shard in shards:
        for index in sorted(Path(results, "shards", shard).glob("*.json")):
            try:
                items = read_index(index)
            except (UserError, OSError):  # the stage that reads it says what to do
                continue
            if unfinished := [item for item in items if item.verdict in (FAILED, CHANGED)]:
                stage = f"{shard}/{index.stem}"
                tries[stage] = tries.get(stage, 0) + 1
                found += unfinished
    if found:
        write_json(Path(results, TRIES), tries)
    return found
