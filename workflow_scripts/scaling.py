"""Mean and standard deviation of the content feature over the training split."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.dump import open_split
from mit_core.corpus.scaling import write_scaling
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    write_scaling(
        open_split(Path(snakemake.input[0]).parent, snakemake.wildcards.feature),
        Path(snakemake.output[0]),
    )
