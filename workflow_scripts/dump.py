"""Lay the corpus out as memory-mapped arrays, a folder a split."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.dump import dump_arrays
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    dump_arrays(
        [Path(index) for index in snakemake.input.indices],
        Path(snakemake.input.segments),
        {split: Path(snakemake.output[split][0]).parent for split in snakemake.params.splits},
        lags=Path(snakemake.input.lags) if snakemake.input.lags else None,
    )
