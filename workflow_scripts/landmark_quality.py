"""Measure how good the landmarks of every segment are."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.quality_table import write_quality
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    write_quality([Path(index) for index in snakemake.input], Path(snakemake.output[0]))
