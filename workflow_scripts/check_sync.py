"""Find the clips whose lips and sound are out of time, or do not belong together."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.sync_table import write_sync
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    write_sync(
        [Path(index) for index in snakemake.input.indices],
        Path(snakemake.output[0]),
        lags=Path(snakemake.input.lags) if snakemake.input.lags else None,
    )
