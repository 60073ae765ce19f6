"""Write a split's pickles for the published training code."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.pickles import dump_pickles
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    dump_pickles(
        Path(snakemake.input[0]).parent,
        snakemake.params.feature,
        Path(snakemake.output.fl),
        Path(snakemake.output.au),
        Path(snakemake.output.gaze),
    )
