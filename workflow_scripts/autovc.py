"""Convert a shard's speech to the target's voice."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.stages.autovc import autovc_shard
from mit_core.devices import device_here
from mit_core.logs import logged
from mit_core.models.autovc_checkpoint import load_autovc

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    autovc_shard(
        Path(snakemake.input.index),
        Path(snakemake.output.index),
        converter=load_autovc(snakemake.input.checkpoint, device_here(snakemake.config["device"])),
        code=snakemake.params.code,
    )
