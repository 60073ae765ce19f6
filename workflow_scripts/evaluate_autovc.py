"""Measure AutoVC on held-out speech."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.dump import open_voices
from mit_core.evaluation.autovc import evaluate_autovc
from mit_core.evaluation.tables import write_table
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    table = evaluate_autovc(
        Path(snakemake.input.checkpoint),
        open_voices(Path(snakemake.input.train[0]).parent),
        open_voices(Path(snakemake.input.test[0]).parent),
        threads=snakemake.threads,
    )
    write_table(table, snakemake.output[0])
