"""Write the demo's portrait and the two speeches that it will speak."""

from typing import TYPE_CHECKING

from mit_core.demo.media import write_demo_media
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    write_demo_media(
        snakemake.output.portrait, snakemake.output.held_out, snakemake.output.recorded
    )
