"""Working through a shard: each item once, a reason for each rejected one, nothing done twice.

A stage keeps one folder an item under ``shards/{shard}/{stage}/``. The item's ``done.json``,
written last, holds the key of what made it (input, settings, code) and what came of it; while the
key stays the same the item is not worked again. The stage's index (one JSON file, the declared
output of its rule) lists what the next stage takes.
"""

import errno
import logging
import shutil
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from mit_core.errors import ClipChangedError, ClipError, DamagedError, UserError
from mit_core.files import read_json, write_json
from mit_core.progress import told
from mit_core.provenance import digest_of

logger = logging.getLogger(__name__)

OK = "ok"
FAILED = "failed"
CHANGED = "changed"
_FATAL_ERRNO = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE}


@dataclass(frozen=True)
class Item:
    """A clip or a segment of one, as a stage hands it on.

    Attributes:
        id: the clip's or segment's id.
        clip: id of the clip it comes from.
        speaker: who speaks.
        split: the split its user fixed, or "".
        seconds: its length.
        key: digest of everything that made it.
        verdict: "ok", or why it was rejected, in one word.
        reason: the same as a sentence.
        folder: where its products lie, relative to the results folder.
        data: what else the stages tell of it (plain values).
    """

    id: str
    clip: str
    speaker: str
    split: str
    seconds: float = 0.0
    key: str = ""
    verdict: str = OK
    reason: str = ""
    folder: str = ""
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def usable(self) -> bool:
        return self.verdict == OK


@dataclass(frozen=True)
class Product:
    """What working an item gave: one segment (or the whole clip), kept or dropped.

    Attributes:
        id: id of the new item.
        seconds: its length.
        data: plain values for later stages, merged over the item's own.
        verdict: "ok", or why this part is dropped.
        reason: the same as a sentence.
    """

    id: str
    seconds: float
    data: Mapping[str, Any] = field(default_factory=dict)
    verdict: str = OK
    reason: str = ""


Work = Callable[[Item, Path], list[Product]]


def read_index(path: str | Path) -> list[Item]:
    """Read a stage's index.

    Raises:
        DamagedError: it is no such index.
    """
    rows = read_json(path)
    if not isinstance(rows, list) or not all(_is_of(Item, row) for row in rows):
        raise DamagedError(f"{path} is no index of a stage. Delete it and run again.")
    return [Item(**row) for row in rows]


def write_index(path: str | Path, items: Iterable[Item]) -> None:
    """Write a stage's index."""
    write_json(path, [asdict(item) for item in items])


def work_shard(
    items: Sequence[Item],
    folder: str | Path,
    *,
    results: str | Path,
    settings: Mapping[str, Any],
    code: str,
    work: Work,
) -> list[Item]:
    """Work the usable items of a shard and return the stage's items, rejected ones included.

    Args:
        items: the previous stage's index; its rejected items are left out of the result.
        folder: the stage's folder in the shard; an item's products go to ``folder/{item.id}``.
        results: the results folder, that ``Item.folder`` is relative to.
        settings: the stage's settings; a change works every item again.
        code: digest of the code that works; likewise.
        work: ``work(item, folder)`` writes an item's products and says what they are. It raises
            ``ClipError`` to reject the item. A ``UserError``, a missing package and a full disk
            stop the run; any other error rejects the item, is logged, and is tried again when the
            shard is next worked, as is an item whose file was changed meanwhile.

    Raises:
        Exception: every item failed unexpectedly: the fault is then not the clips'.
    """
    folder = Path(folder)
    usable = [item for item in items if item.usable]
    done: list[Item] = []
    unexpected: list[Exception] = []
    title = f"{folder.name} of shard {folder.parent.name}"
    for number, item in enumerate(told(usable, title, "clips"), start=1):
        key = digest_of(folder.name, settings, code, item.id, item.key)
        home = folder / item.id
        record = home / "done.json"
        kept = _record(record)
        if kept.get("key") != key:
            logger.info("%s: %s (%d of %d)", folder.name, item.id, number, len(usable))
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(parents=True)
            products, error = _attempt(work, item, home)
            kept = {"key": key, "products": [asdict(product) for product in products]}
            if error is None:
                write_json(record, kept)
            elif not isinstance(error, ClipChangedError):
                unexpected.append(error)
        for product in kept["products"]:
            done.append(
                Item(
                    id=product["id"],
                    clip=item.clip,
                    speaker=item.speaker,
                    split=item.split,
                    seconds=product["seconds"],
                    key=digest_of(key, product["id"]),
                    verdict=product["verdict"],
                    reason=product["reason"],
                    folder=str(home.relative_to(results)),
                    data={**item.data, **product["data"]},
                )
            )
    if len(unexpected) == len(usable) > 1:
        raise unexpected[0]
    _forget(folder, {item.id for item in usable})
    return done


def _record(path: Path) -> dict[str, Any]:
    """What is kept of an item that was worked; nothing where the record is damaged."""
    try:
        kept = read_json(path) if path.is_file() else {}
    except DamagedError:
        return {}
    products = kept.get("products") if isinstance(kept, dict) else None
    good = isinstance(products, list) and all(_is_of(Product, product) for product in products)
    return kept if good else {}


_NEEDED: Mapping[type, set[str]] = {
    Item: {"id", "clip", "speaker", "split"},
    Product: {field.name for field in fields(Product)},
}
_LONGEST = 1e9
"""Seconds of an item; any more are damage."""


def _is_of(kind: type[Item] | type[Product], row: Any) -> bool:
    """Whether a row of JSON has the fields of a class, and no others."""
    if not isinstance(row, dict) or not _NEEDED[kind] <= {*row}:
        return False
    seconds, data = row.get("seconds", 0.0), row.get("data", {})
    return (
        {*row} <= {field.name for field in fields(kind)}
        and isinstance(seconds, int | float)
        and 0 <= seconds < _LONGEST
        and isinstance(data, dict)
        and all(isinstance(row[name], str) for name in {*row} - {"seconds", "data"})
    )


def _attempt(work: Work, item: Item, home: Path) -> tuple[list[Product], Exception | None]:
    """Work one item; an error comes back too where the item is to be tried again."""
    try:
        return work(item, home), None
    except ClipChangedError as error:
        return [_rejected(item, error.verdict, error.reason)], error
    except ClipError as error:
        return [_rejected(item, error.verdict, error.reason)], None
    except Exception as error:
        # a damaged product of an earlier stage is the trouble of one clip alone
        of_all = isinstance(error, UserError | ImportError | MemoryError)
        if of_all and not isinstance(error, DamagedError):
            raise
        if isinstance(error, OSError) and error.errno in _FATAL_ERRNO:
            raise
        logger.error("%s: %s", item.id, traceback.format_exc())
        reason = (
            f"An unexpected error ({type(error).__name__}: {error}); the log has its trace. "
            "Run the same command again to try it once more."
        )
        return [_rejected(item, FAILED, reason)], error


def _rejected(item: Item, verdict: str, reason: str) -> Product:
    logger.info("%s: rejected (%s): %s", item.id, verdict, reason)
    return Product(item.id, item.seconds, {}, verdict, reason)


def _forget(folder: Path, ids: set[str]) -> None:
    """Remove products of items that are no longer there; only folders this module made."""
    if not folder.is_dir():
        return
    for home in folder.iterdir():
        if home.is_dir() and home.name not in ids:
            shutil.rmtree(home)
