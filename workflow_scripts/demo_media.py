"""Write the demo's two portraits and the two speeches that they will speak."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.demo.media import write_demo_media
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    output = snakemake.output
    write_demo_media(output.portrait, output.held_out, output.recorded, Path(output.cartoon).parent)
