"""Working a shard: once, whole, with a reason for each rejection."""

from dataclasses import replace
from pathlib import Path

import pytest

from mit_core.corpus.shards import (
    Item,
    Product,
    read_index,
    work_shard,
    write_index,
)
from mit_core.errors import ClipChangedError, ClipError, UserError


class Worker:
    def __init__(self) -> None:
        self.worked: list[str] = []
        self.errors: dict[str, Exception] = {}

    def __call__(self, item: Item, folder: Path) -> list[Product]:
        self.worked.append(item.id)
        if item.id in self.errors:
            raise self.errors[item.id]
        (folder / "product").write_text(item.id)
        return [Product(item.id, 1.5, {"twice": item.data["x"] * 2})]


@pytest.fixture
def worker() -> Worker:
    return Worker()


ITEMS = [Item(id=i, clip=i, speaker="s", split="", key=f"k{i}", data={"x": 1}) for i in "abc"]


def run(worker: Worker, root: Path, items=ITEMS, settings=None, code="1") -> list[Item]:
    return work_shard(
        items,
        root / "shards" / "0000" / "stage",
        results=root,
        settings=settings or {"n": 1},
        code=code,
        work=worker,
    )


def test_unchanged_items_are_not_worked_again(worker: Worker, tmp_path: Path) -> None:
    first = run(worker, tmp_path)
    assert worker.worked == ["a", "b", "c"]
    assert run(worker, tmp_path) == first
    assert worker.worked == ["a", "b", "c"]
    assert first[0].data == {"x": 1, "twice": 2}
    assert (tmp_path / first[0].folder / "product").read_text() == "a"


def test_changed_item_setting_or_code_is_worked_again(worker: Worker, tmp_path: Path) -> None:
    run(worker, tmp_path)
    worker.worked.clear()
    changed = [replace(ITEMS[0], key="other"), *ITEMS[1:]]
    run(worker, tmp_path, changed)
    assert worker.worked == ["a"]
    worker.worked.clear()
    run(worker, tmp_path, changed, settings={"n": 2})
    assert worker.worked == ["a", "b", "c"]
    worker.worked.clear()
    run(worker, tmp_path, changed, settings={"n": 2}, code="2")
    assert worker.worked == ["a", "b", "c"]


def test_a_change_upstream_changes_keys_downstream(worker: Worker, tmp_path: Path) -> None:
    before = run(worker, tmp_path)
    after = run(worker, tmp_path, settings={"n": 2})
    assert {i.key for i in before}.isdisjoint(i.key for i in after)


def test_rejection_is_kept_with_its_reason_and_others_go_on(worker: Worker, tmp_path: Path) -> None:
    worker.errors["b"] = ClipError("no_face", "No face was found.")
    done = run(worker, tmp_path)
    assert [(i.id, i.verdict) for i in done] == [("a", "ok"), ("b", "no_face"), ("c", "ok")]
    assert done[1].reason == "No face was found."
    run(worker, tmp_path)
    assert worker.worked == ["a", "b", "c"], "a verdict is an outcome: it is not tried again"
    onward = work_shard(
        done, tmp_path / "next", results=tmp_path, settings={}, code="", work=worker
    )
    assert [i.id for i in onward] == ["a", "c"]


def test_unexpected_error_rejects_but_is_tried_again(worker: Worker, tmp_path: Path) -> None:
    worker.errors["b"] = ZeroDivisionError("oops")
    done = run(worker, tmp_path)
    assert done[1].verdict == "failed" and "oops" in done[1].reason
    worker.errors.clear()
    assert all(i.usable for i in run(worker, tmp_path))
    assert worker.worked == ["a", "b", "c", "b"]


@pytest.mark.parametrize(
    "error", [UserError("weights missing"), ImportError("x"), OSError(28, "no space left")]
)
def test_what_a_person_must_decide_stops_and_loses_nothing(
    worker: Worker, tmp_path: Path, error: Exception
) -> None:
    worker.errors["b"] = error
    with pytest.raises(type(error)):
        run(worker, tmp_path)
    worker.errors.clear()
    run(worker, tmp_path)
    assert worker.worked == ["a", "b", "b", "c"]


def test_killed_half_way_through_an_item_it_starts_that_item_anew(
    worker: Worker, tmp_path: Path
) -> None:
    worker.errors["b"] = KeyboardInterrupt()  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        run(worker, tmp_path)
    home = tmp_path / "shards" / "0000" / "stage" / "b"
    (home / "half").write_text("written before the kill")
    worker.errors.clear()
    run(worker, tmp_path)
    assert not (home / "half").exists()
    assert worker.worked == ["a", "b", "b", "c"]


def test_products_of_items_that_went_are_removed(worker: Worker, tmp_path: Path) -> None:
    run(worker, tmp_path)
    run(worker, tmp_path, ITEMS[:1])
    assert [p.name for p in (tmp_path / "shards" / "0000" / "stage").iterdir()] == ["a"]


def test_index_round_trip(worker: Worker, tmp_path: Path) -> None:
    done = run(worker, tmp_path)
    write_index(tmp_path / "index.json", done)
    assert read_index(tmp_path / "index.json") == done


def test_when_every_item_fails_the_fault_is_not_the_clips(worker: Worker, tmp_path: Path) -> None:
    worker.errors.update({i: ZeroDivisionError(i) for i in "abc"})
    with pytest.raises(ZeroDivisionError):
        run(worker, tmp_path)
    worker.errors.clear()
    assert all(item.usable for item in run(worker, tmp_path))


def test_a_clip_that_was_changed_meanwhile_is_looked_at_again(
    worker: Worker, tmp_path: Path
) -> None:
    worker.errors["b"] = ClipChangedError("b.mp4")
    done = run(worker, tmp_path)
    assert done[1].verdict == "changed" and done[1].reason.startswith("b.mp4 was changed")
    worker.errors.clear()
    assert all(item.usable for item in run(worker, tmp_path))
    assert worker.worked == ["a", "b", "c", "b"]
    # all of them at once, as when a disk is unplugged, are still no fault of the code
    worker.errors.update({i: ClipChangedError(i) for i in "abc"})
    assert {item.verdict for item in run(worker, tmp_path, code="2")} == {"changed"}
