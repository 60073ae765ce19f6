"""How well a detector reads footage whose true landmarks are known."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from mit_core.corpus.layout import results_of
from mit_core.corpus.shards import Item, read_index
from mit_core.faces.mouth import mouth_opening
from mit_core.faces.registration import outer_eye_distance
from mit_core.files import written_whole


def measure_detection(indices: Sequence[Path], truth: Path, output: Path) -> None:
    """Write a TSV with a row a speaker and one for all: what detection costs on the demo corpus.

    Columns: speaker; clips; frames; detected (share of the true frames); error (mean distance of
    the 68 points in the picture, outer-eye distance = 1); mouth_r (correlation of detected and
    true mouth opening over a clip, mean over clips).

    Args:
        indices: the landmark stage's index of every shard.
        truth: folder of ``{clip}.npz`` with the true ``landmarks`` (T, 68, 3) at 25 fps.
        output: the TSV.
    """
    items = [item for index in indices for item in read_index(index) if item.usable]
    results = results_of(indices[0])
    rows = [_measure(item, truth, results) for item in items]
    table = pd.DataFrame(rows)
    totals = {clip: len(np.load(truth / f"{clip}.npz")["landmarks"]) for clip in set(table["clip"])}
    groups = [(speaker, group) for speaker, group in table.groupby("speaker")]
    summary = pd.DataFrame(
        [
            {
                "speaker": speaker,
                "clips": group["clip"].nunique(),
                "frames": int(group["frames"].sum()),
                "detected": group["detected"].sum() / sum(totals[c] for c in set(group["clip"])),
                "error": np.average(group["error"], weights=group["frames"]),
                "mouth_r": group["mouth_r"].mean(),
            }
            for speaker, group in [*groups, ("all", table)]
        ]
    )
    with written_whole(output) as part:
        summary.to_csv(part, sep="\t", index=False, float_format="%.4f")


def _measure(item: Item, truth: Path, results: Path) -> dict[str, object]:
    found = np.load(results / item.data["landmarks"])
    start, points = item.data["start_frame"], found["points"]
    true = np.load(truth / f"{item.clip}.npz")["landmarks"][start : start + len(points)]
    points = points[: len(true)]
    distance = np.linalg.norm(points[..., :2] - true[..., :2], axis=-1).mean(axis=1)
    openings = mouth_opening(points), mouth_opening(true)
    return {
        "clip": item.clip,
        "speaker": item.speaker,
        "frames": len(points),
        "detected": int(np.sum(~found["interpolated"])),
        "error": float(np.mean(distance / outer_eye_distance(true[..., :2]))),
        "mouth_r": float(np.corrcoef(*openings)[0, 1]),
    }
