"""Take over the published checkpoints."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.logs import logged
from mit_core.models.adoption import adopt_published

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    adopt_published(
        Path(snakemake.params.published["checkpoints"]),
        Path(snakemake.params.published["constants"]),
        **{name: Path(snakemake.output[name]) for name in ("content", "speaker", "autovc")},
    )
