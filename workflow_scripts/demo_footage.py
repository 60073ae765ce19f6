"""Make a batch of the demo's synthetic footage."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.demo.footage import Settings, make_footage
from mit_core.demo.plan import DemoClip
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    make_footage(
        [DemoClip(**clip) for clip in snakemake.params.clips],
        Path(snakemake.output.videos[0]).parent,
        Path(snakemake.output.truth[0]).parent,
        Settings(**snakemake.params.settings),
    )
