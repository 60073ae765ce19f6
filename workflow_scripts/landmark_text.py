"""Write a split's landmarks as text."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.pickles import dump_text
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    dump_text(Path(snakemake.input[0]).parent, Path(snakemake.output[0]))
