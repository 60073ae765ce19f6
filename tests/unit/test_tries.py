"""Stages whose items failed are worked once more by the next run, which is told by a number."""

from pathlib import Path

import pytest

from mit_core.corpus.shards import Item, write_index
from mit_core.corpus.tries import TRIES, read_tries, try_again


def write(folder: Path, shard: str, stage: str, *verdicts: str) -> Path:
    index = folder / "shards" / shard / f"{stage}.json"
    items = [
        Item(id=f"{i}", clip=f"{i}", speaker="s", split="", verdict=v)
        for i, v in enumerate(verdicts)
    ]
    write_index(index, items)
    return index


def test_only_what_has_no_outcome_is_tried_again(tmp_path: Path) -> None:
    write(tmp_path, "0000", "intake", "ok", "no_face")
    failed = write(tmp_path, "0000", "normalise", "ok", "failed")
    write(tmp_path, "0001", "intake", "changed")
    assert read_tries(tmp_path) == {} == try_again_of(tmp_path, "0002")
    assert try_again_of(tmp_path, "0000", "0001") == {"failed": 1, "changed": 1}
    assert read_tries(tmp_path) == {"0000/normalise": 1, "0001/intake": 1}
    assert failed.is_file()  # what was done is left
    try_again(tmp_path, ["0000"])
    assert read_tries(tmp_path) == {"0000/normalise": 2, "0001/intake": 1}


def try_again_of(folder: Path, *shards: str) -> dict[str, int]:
    found = [item.verdict for item in try_again(folder, shards)]
    return {verdict: found.count(verdict) for verdict in dict.fromkeys(found)}


def test_a_damaged_index_is_left_to_the_stage_that_reads_it(tmp_path: Path) -> None:
    index = write(tmp_path, "0000", "intake", "failed")
    index.write_text("")
    assert try_again(tmp_path, ["0000"]) == []


@pytest.mark.parametrize("damage", ["", "[]", '{"0000/intake": "x"}'])
def test_a_damaged_count_is_none(tmp_path: Path, damage: str) -> None:
    (tmp_path / TRIES).write_text(damage)
    assert read_tries(tmp_path) == {}
