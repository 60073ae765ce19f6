"""Make the content feature of a shard's segments."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.stages.feature import feature_shard
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    feature_shard(
        Path(snakemake.input.index),
        Path(snakemake.output.index),
        settings=snakemake.params.settings,
        code=snakemake.params.code,
    )
