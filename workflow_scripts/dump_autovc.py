"""Lay AutoVC's feature beside the corpus's arrays."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.dump import dump_feature
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    dump_feature(
        [Path(index) for index in snakemake.input.indices],
        "autovc",
        [Path(index).parent for index in snakemake.input.arrays],
    )
