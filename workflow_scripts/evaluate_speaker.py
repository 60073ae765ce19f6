"""Measure the manner of each speaker on held-out sentences."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.dump import open_split
from mit_core.evaluation.heads import evaluate_heads
from mit_core.evaluation.tables import write_table
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    given, feature = snakemake.input, snakemake.params.feature
    table = evaluate_heads(
        Path(given.speaker),
        open_split(Path(given.train[0]).parent, feature),
        open_split(Path(given.test[0]).parent, feature),
        threads=snakemake.threads,
    )
    write_table(table, snakemake.output[0])
