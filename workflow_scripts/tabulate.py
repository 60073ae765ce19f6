"""Gather the shards' indices into the corpus's tables."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.tables import tabulate_corpus
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    tabulate_corpus(
        [Path(index) for index in snakemake.input.indices],
        manifest=Path(snakemake.output.manifest),
        segments=Path(snakemake.output.segments),
        quarantine=Path(snakemake.output.quarantine),
        funnel=Path(snakemake.output.funnel),
        splits=Path(snakemake.input.splits),
        sync=Path(snakemake.input.sync) if snakemake.input.sync else None,
        quality=Path(snakemake.input.quality),
    )
