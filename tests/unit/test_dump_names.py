"""A clip's name is only a name: one that tables of numbers take for "no value" is dumped too."""

from pathlib import Path

import numpy as np
import pytest

from mit_core.corpus.dump import dump_arrays, open_split
from mit_core.corpus.layout import REGISTERED, SPEECH
from mit_core.corpus.shards import Item, write_index
from mit_core.errors import DamagedError
from mit_core.files import write_arrays

NAMES = ("NA", "nan", "null", "None", "001", "1e5", "True")


def speech_index(results: Path) -> Path:
    """A shard's last index, with one segment a name."""
    items = []
    for number, name in enumerate(NAMES):
        folder = f"shards/0000/{number}"
        write_arrays(
            results / folder / REGISTERED,
            {
                "landmarks": np.full((2, 204), number, np.float32),
                "quaternions": np.zeros((2, 4), np.float32),
                "translations": np.zeros((2, 3), np.float32),
                "face": np.zeros(204, np.float32),
            },
        )
        write_arrays(
            results / folder / SPEECH,
            {
                "mel": np.zeros((2, 80), np.float32),
                "f0_classes": np.zeros(2, np.int16),
                "embedding": np.zeros(256, np.float32),
            },
        )
        data = {"registered": folder, "speech": folder}
        items.append(Item(name, name, name, "", 1.0, "k", folder=folder, data=data))
    index = results / "shards" / "0000" / "speech.json"
    write_index(index, items)
    return index


@pytest.mark.survives("Names that look like numbers or like no value")
def test_names_that_look_like_no_value_are_kept(tmp_path, survival):
    names = [*NAMES]
    survival.tried(len(names))
    index = speech_index(tmp_path)
    segments = tmp_path / "segments.tsv"
    rows = ["segment\tsplit", *(f"{name}\ttrain" for name in names)]
    segments.write_text("\n".join(rows) + "\n", encoding="utf-8")
    dump_arrays([index], segments, {"train": tmp_path / "train"})
    assert sorted(open_split(tmp_path / "train").names) == sorted(names)


@pytest.mark.survives("Damaged files of ours: arrays, tables and indexes")
def test_a_damaged_table_of_segments_is_named(tmp_path):
    index = speech_index(tmp_path)
    segments = tmp_path / "segments.tsv"
    segments.write_bytes(b"segment\tspl\xffit\n")
    with pytest.raises(DamagedError, match=r"segments\.tsv"):
        dump_arrays([index], segments, {"train": tmp_path / "train"})
