"""Train the content branch."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.dump import open_split
from mit_core.corpus.scaling import read_scaling
from mit_core.logs import logged
from mit_core.sequences import hearing_another
from mit_core.training.content import train_content
from mit_core.training.content_settings import ContentSettings
from mit_core.training.hardware import hardware_here
from mit_core.training.loop_settings import with_budget
from mit_core.training.nodes import on_all_nodes
from mit_core.training.runs import publish_run

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]) as terminal:
    launcher = snakemake.config["training"]["launcher"]
    on_all_nodes(snakemake.params.hardware, launcher, snakemake.threads)
    given, params = snakemake.input, snakemake.params
    work = Path(snakemake.output.checkpoint).parent / "work"
    train, val = (
        open_split(Path(files[0]).parent, params.feature) for files in (given.train, given.val)
    )
    train_content(
        hearing_another(train) if params.another else train,
        hearing_another(val) if params.another else val,
        work,
        with_budget(ContentSettings(**params.settings["recipe"]), params.settings["budget"]),
        scaling=read_scaling(given.scaling),
        threads=snakemake.threads,
        hardware=hardware_here(snakemake.config["device"], **params.hardware),
        bar=terminal,
        code=params.code,
        run=snakemake.wildcards.run,
    )
    publish_run(work, [Path(output) for output in snakemake.output])
