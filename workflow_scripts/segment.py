"""Cut a shard's clips into segments of one speaking face."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.stages.segment import segment_shard
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    segment_shard(
        Path(snakemake.input.index),
        Path(snakemake.output.index),
        settings=snakemake.params.settings,
        code=snakemake.params.code,
    )
