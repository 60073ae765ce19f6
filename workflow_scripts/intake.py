"""Inspect a shard's inputs."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.stages.intake import intake_shard
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    intake_shard(
        snakemake.params.clips,
        Path(snakemake.output.index),
        settings=snakemake.params.settings,
        code=snakemake.params.code,
    )
