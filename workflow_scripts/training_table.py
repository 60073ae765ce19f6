"""Gather every run of the results into one table."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.logs import logged
from mit_core.training.record import RECORD
from mit_core.training.table import write_training_table

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    # Runs of earlier configurations count too: they are what a new one is compared with.
    records = Path(snakemake.output[0]).parent.glob(f"*/*/{RECORD}")
    write_training_table(records, snakemake.output[0])
