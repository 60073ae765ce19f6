"""Take over the user's AutoVC."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.logs import logged
from mit_core.models.adoption import adopt_autovc

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    adopt_autovc(
        Path(snakemake.input.checkpoint), snakemake.params.target, Path(snakemake.output[0])
    )
