"""AutoVC's feature: each segment's mel, spoken by the target's voice."""

from pathlib import Path

import numpy as np

from mit_core.corpus.layout import FEATURE, SPEECH, results_of
from mit_core.corpus.shards import Item, Product, read_index, work_shard, write_index
from mit_core.files import written_whole
from mit_core.speech.content_feature import Converter, open_content_feature
from mit_core.speech.features import load_speech


def autovc_shard(taken: Path, index: Path, *, converter: Converter, code: str) -> None:
    """Convert the shard's segments; each gets a ``feature.npy`` of shape (T, 80) at 62.5 Hz.

    An item's data has ``feature``, the folder, and ``feature_maker``, the converter's digest; a
    converter of other weights or target works every item again.
    """
    results = results_of(index)
    extract, maker = open_content_feature("autovc", converter), converter.digest

    def work(item: Item, folder: Path) -> list[Product]:
        feature = extract(load_speech(results / item.data["speech"] / SPEECH))
        with written_whole(folder / FEATURE) as part:
            np.save(part, feature)
        data = {"feature": str(folder.relative_to(results)), "feature_maker": maker}
        return [Product(item.id, item.seconds, data)]

    items = read_index(taken)
    done = work_shard(
        items,
        index.with_suffix(""),
        results=results,
        settings={"maker": maker},
        code=code,
        work=work,
    )
    write_index(index, done)
