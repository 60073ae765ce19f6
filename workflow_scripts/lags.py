"""Find the clips whose sound is early or late."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.lags import write_lags
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    write_lags([Path(index) for index in snakemake.input], Path(snakemake.output[0]))
