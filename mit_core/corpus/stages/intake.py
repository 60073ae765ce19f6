"""Intake: what each input is, and whether it can be used at all."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mit_core.corpus.layout import results_of
from mit_core.corpus.shards import Item, Product, work_shard, write_index
from mit_core.errors import ClipChangedError
from mit_core.files import is_file
from mit_core.media.intake import Settings, inspect_clip
from mit_core.provenance import digest_of, file_sha256


def intake_shard(
    clips: Sequence[Mapping[str, str]],
    index: Path,
    *,
    settings: Mapping[str, Any],
    code: str,
) -> None:
    """Inspect the clips of a shard and write its first index.

    Args:
        clips: rows of ``catalogue.Clip.as_dict()``.
        index: where the index is written; products lie in the folder of the same stem.
        settings: the ``intake`` section of the configuration.
        code: digest of the code at work.
    """
    results = results_of(index)
    inspection = Settings(**settings)

    def inspect(item: Item, folder: Path) -> list[Product]:
        audio = Path(item.data["audio"]) if item.data["audio"] else None
        record = inspect_clip(Path(item.data["video"]), audio, inspection)
        if _content_key(item.data) != item.key:
            raise ClipChangedError(item.data["video"])
        known = {**asdict(record), "video": str(record.video), "audio": item.data["audio"]}
        return [Product(item.id, record.seconds, {"intake": known}, record.verdict, record.reason)]

    items = [
        Item(
            id=clip["id"],
            clip=clip["id"],
            speaker=clip["speaker"],
            split=clip["split"],
            key=_content_key(clip),
            data={"video": clip["video"], "audio": clip["audio"]},
        )
        for clip in clips
    ]
    done = work_shard(
        items, index.with_suffix(""), results=results, settings=settings, code=code, work=inspect
    )
    write_index(index, done)


def check_unchanged(item: Item) -> None:
    """Make sure that a clip's files are still those that intake inspected.

    Raises:
        ClipChangedError: one is not.
    """
    known = item.data["intake"]
    for kind in ("video", "audio"):
        path = item.data[kind]
        if path and _sha256(path) != known[f"{kind}_sha256"]:
            raise ClipChangedError(path)


def _content_key(clip: Mapping[str, str]) -> str:
    """What the clip is, by its bytes: a renamed or touched file is not worked again."""
    return digest_of([_sha256(clip["video"]), _sha256(clip["audio"])])


def _sha256(file: str) -> str:
    """A file's digest; "" where there is no file, or none that can be read."""
    try:
        # a pipe would be waited for
        return file_sha256(file) if file and is_file(file) else ""
    except OSError:
        return ""
