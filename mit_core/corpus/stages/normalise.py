"""Normalise: every clip to 25 fps upright video and 16 kHz mono sound that start together."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mit_core.corpus.layout import AUDIO, VIDEO, results_of
from mit_core.corpus.shards import Item, Product, read_index, work_shard, write_index
from mit_core.corpus.stages.intake import check_unchanged
from mit_core.errors import ClipError
from mit_core.media.normalise import Settings, normalise


def normalise_shard(taken: Path, index: Path, *, settings: Mapping[str, Any], code: str) -> None:
    """Normalise the usable clips of the shard whose intake index is ``taken``."""
    results = results_of(index)
    normalising = Settings(**settings)

    def work(item: Item, folder: Path) -> list[Product]:
        audio = item.data["audio"]
        try:
            info = normalise(
                Path(item.data["video"]),
                Path(audio) if audio else None,
                folder / VIDEO,
                folder / AUDIO,
                normalising,
            )
        except ClipError:
            check_unchanged(item)
            raise
        # what was read is what was inspected, or the clip would be a mixture of two
        check_unchanged(item)
        media = str(folder.relative_to(results))
        return [Product(item.id, info.seconds, {"media": media, "normalised": asdict(info)})]

    items = read_index(taken)
    done = work_shard(
        items, index.with_suffix(""), results=results, settings=settings, code=code, work=work
    )
    write_index(index, done)
