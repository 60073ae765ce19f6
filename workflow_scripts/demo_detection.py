"""Compare the detected landmarks of the demo corpus with its true ones."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.demo.detection import measure_detection
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    measure_detection(
        [Path(index) for index in snakemake.input.indices],
        Path(snakemake.input.truth[0]).parent,
        Path(snakemake.output[0]),
    )
