"""Train a network that draws the face."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.footage import open_footage
from mit_core.logs import logged
from mit_core.training.hardware import hardware_here
from mit_core.training.loop_settings import with_budget
from mit_core.training.nodes import on_all_nodes
from mit_core.training.runs import publish_run
from mit_core.training.translation import train_translation
from mit_core.training.translation_settings import RefinementSettings, TranslationSettings

if TYPE_CHECKING:
    from snakemake.script import snakemake

KINDS = {"refinement": RefinementSettings, "translation": TranslationSettings}

with logged(snakemake.log[0]) as terminal:
    launcher = snakemake.config["training"]["launcher"]
    on_all_nodes(snakemake.params.hardware, launcher, snakemake.threads)
    given, params = snakemake.input, snakemake.params
    work = Path(snakemake.output.checkpoint).parent / "work"
    shards = Path(given.footage[0]).parents[1]
    settings = KINDS[snakemake.wildcards.network](**params.settings["recipe"])
    train_translation(
        open_footage(given.segments, shards, "train"),
        open_footage(given.segments, shards, "val"),
        work,
        with_budget(settings, params.settings["budget"]),
        threads=snakemake.threads,
        hardware=hardware_here(snakemake.config["device"], **params.hardware),
        bar=terminal,
        code=params.code,
        run=snakemake.wildcards.run,
    )
    publish_run(work, [Path(output) for output in snakemake.output])
