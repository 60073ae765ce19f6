"""Assign the corpus's segments to training, validation and test."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.splits import write_splits
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    write_splits(
        [Path(index) for index in snakemake.input.indices],
        Path(snakemake.output[0]),
        split=snakemake.params.split,
        sync=Path(snakemake.input.sync) if snakemake.input.sync else None,
    )
