"""Find the landmarks of a shard's segments."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.stages.landmarks import landmarks_shard
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    landmarks_shard(
        Path(snakemake.input.index),
        Path(snakemake.output.index),
        settings=snakemake.params.settings,
        device=snakemake.config["device"],
        code=snakemake.params.code,
    )
