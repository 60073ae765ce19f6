"""Choose what the content branch hears, by what the corpus holds."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.choice import write_choice
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    write_choice(
        Path(snakemake.input.segments),
        Path(snakemake.output[0]),
        requested=snakemake.params.requested,
        checkpoint_given=snakemake.params.checkpoint_given,
    )
