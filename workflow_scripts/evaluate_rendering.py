"""Measure the renderers on held-out clips."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.footage import open_footage
from mit_core.devices import device_here
from mit_core.evaluation.comparison import write_comparison
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    given, output = snakemake.input, snakemake.output
    write_comparison(
        open_footage(given.segments, Path(given.footage[0]).parents[1], "test"),
        [Path(checkpoint) for checkpoint in [*given.checkpoints, *snakemake.params.earlier]],
        table=Path(output.table),
        clips=Path(output.clips),
        picture=Path(output.picture),
        threads=snakemake.threads,
        device=device_here(snakemake.config["device"]),
    )
