"""Train the content branch."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.dump import open_split
from mit_core.corpus.scaling import read_scaling
from mit_core.logs import logged
from mit_core.training.content import train_content
from mit_core.training.content_settings import ContentSettings
from mit_core.training.hardware import Hardware
from mit_core.training.runs import publish_run

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]) as terminal:
    settings = {key: value for key, value in snakemake.params.settings.items() if key != "run"}
    work = Path(snakemake.output.checkpoint).parent / "work"
    train_content(
        open_split(Path(snakemake.input.train[0]).parent),
        open_split(Path(snakemake.input.val[0]).parent),
        work,
        ContentSettings(**settings),
        scaling=read_scaling(snakemake.input.scaling),
        threads=snakemake.threads,
        hardware=Hardware(device=snakemake.params.device),
        bar=terminal,
        code=snakemake.params.code,
    )
    publish_run(work, [Path(output) for output in snakemake.output])
