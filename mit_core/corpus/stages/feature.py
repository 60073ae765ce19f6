"""Content feature: what the content branch hears, by one interface whatever makes it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mit_core.corpus.layout import FEATURE, SPEECH, results_of
from mit_core.corpus.shards import Item, Product, read_index, work_shard, write_index
from mit_core.files import written_whole
from mit_core.speech.content_feature import open_content_feature
from mit_core.speech.features import load_speech


def feature_shard(taken: Path, index: Path, *, settings: Mapping[str, Any], code: str) -> None:
    """Make each segment's content feature, ``feature.npy`` of shape (T, 80) at 62.5 Hz."""
    results = results_of(index)
    extract = open_content_feature(settings["content_feature"])

    def work(item: Item, folder: Path) -> list[Product]:
        feature = extract(load_speech(results / item.data["speech"] / SPEECH))
        with written_whole(folder / FEATURE) as part:
            np.save(part, feature.astype(np.float32))
        return [Product(item.id, item.seconds, {"feature": str(folder.relative_to(results))})]

    items = read_index(taken)
    done = work_shard(
        items, index.with_suffix(""), results=results, settings=settings, code=code, work=work
    )
    write_index(index, done)
