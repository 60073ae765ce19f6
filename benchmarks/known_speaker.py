"""The content branch against ridge on held-out clips of the speakers it learned from, three seeds.

    python -m benchmarks.known_speaker DUMP [OUTPUT]

DUMP is the folder and name that a corpus's splits share, e.g. results/dump/corpus. Prints means
over clips with their spread over seeds, and each seed's paired test; OUTPUT is a folder for the
same as TSV.
"""

import logging
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pandas as pd

from benchmarks.amount import amount
from mit_core.corpus.dump import open_split
from mit_core.evaluation.content import CHIEF, MEASURES, evaluate_content
from mit_core.evaluation.statistics import compare_paired
from mit_core.evaluation.tables import write_table
from mit_core.sequences import Sequences, hearing_another
from mit_core.training.content import train_content
from mit_core.training.content_settings import ContentSettings

SEEDS = amount((0, 1, 2), (0,))
SETTINGS = amount(ContentSettings(), ContentSettings(steps=20, validate_every=10))
DEAF = "content, others' sound in training"


def compare(splits: list[Sequences], folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Train with each seed, and once on the wrong sound.

    Returns:
        A row a predictor (mean and standard deviation over seeds of each measure), and a row a
        seed and measure of the paired comparison with ridge.
    """
    train, val, test = splits
    clips, paired = [], []
    for seed in SEEDS:
        settings = replace(SETTINGS, seed=seed)
        run = train_content(train, val, folder / str(seed), settings)
        table = evaluate_content(run.best, train, val, test)
        clips.append(table.assign(seed=seed))
        against = compare_paired(table, "predictor", "content", "ridge", CHIEF)
        against.insert(0, "seed", seed)
        paired.append(against)
    deaf = train_content(hearing_another(train), val, folder / "deaf", SETTINGS)
    table = evaluate_content(deaf.best, train, val, test)
    clips.append(table[table["predictor"] == "content"].assign(seed=0, predictor=DEAF))
    by_seed = pd.concat(clips).groupby(["predictor", "seed"], sort=False)[list(MEASURES)].mean()
    groups = by_seed.groupby("predictor", sort=False)
    spread = groups.std(ddof=0).add_suffix("_spread")
    columns = [f"{name}{end}" for name in MEASURES for end in ("", "_spread")]
    return groups.mean().join(spread)[columns].reset_index(), pd.concat(paired)


def main() -> None:
    logging.disable(logging.INFO)
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    dump = sys.argv[1]
    splits = [open_split(f"{dump}_{split}") for split in ("train", "val", "test")]
    print(f"{len(splits[0])} clips to learn from, {len(splits[2])} held out")
    with tempfile.TemporaryDirectory() as folder:
        tables = dict(zip(("seeds", "against_ridge"), compare(splits, Path(folder)), strict=True))
    for name, table in tables.items():
        print(table.round(4).to_string(index=False))
        if len(sys.argv) > 2:
            write_table(table, Path(sys.argv[2]) / f"{name}.tsv")


if __name__ == "__main__":
    main()
