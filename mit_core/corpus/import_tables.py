"""The corpus's tables for clips that came as pickles: nothing was rejected, little is known."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from mit_core.clocks import FEATURE_HZ
from mit_core.corpus.dump import index_of
from mit_core.corpus.tables import FUNNEL, MANIFEST, QUARANTINE, SEGMENTS
from mit_core.files import written_whole


def tabulate_import(
    folders: Mapping[str, Path], manifest: Path, segments: Path, quarantine: Path, funnel: Path
) -> None:
    """Write the four tables of ``tables.tabulate_corpus`` for an imported dump.

    Args:
        folders: split -> folder of its dump.
        manifest, segments, quarantine, funnel: the TSV files.
    """
    rows = []
    for split, folder in folders.items():
        index = index_of(folder)
        for i, (name, speaker) in enumerate(zip(index["names"], index["speakers"], strict=True)):
            seconds = round((index["offsets"][i + 1] - index["offsets"][i]) / FEATURE_HZ, 2)
            known = {"clip": name, "segment": name, "speaker": speaker, "split": split}
            rows.append({**known, "seconds": seconds, "start_s": 0.0, "end_s": seconds})
    total = round(sum(row["seconds"] for row in rows), 2)
    passed = {"items_in": len(rows), "items_out": len(rows), "seconds_in": total}
    _write(manifest, MANIFEST, [{**row, "verdict": "ok"} for row in rows])
    _write(segments, SEGMENTS, rows)
    _write(quarantine, QUARANTINE, [])
    _write(funnel, FUNNEL, [{"stage": "import", **passed, "seconds_out": total}])


def _write(path: Path, columns: tuple[str, ...], rows: list[dict[str, object]]) -> None:
    with written_whole(path) as part:
        pd.DataFrame(rows, columns=list(columns)).to_csv(part, sep="\t", index=False)
