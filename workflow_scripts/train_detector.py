"""Train a landmark detector."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.footage import open_footage
from mit_core.logs import logged
from mit_core.training.detector import train_detector
from mit_core.training.detector_settings import DetectorSettings
from mit_core.training.footage import Footage
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
    footage: list[Footage | None] = [None, None]
    if given.segments:
        shards = Path(given.footage[0]).parents[1]
        footage = [open_footage(given.segments, shards, split) for split in ("train", "val")]
    train_detector(
        *footage,
        params.drawings,
        work,
        with_budget(DetectorSettings(**params.settings["recipe"]), params.settings["budget"]),
        threads=snakemake.threads,
        hardware=hardware_here(snakemake.config["device"], **params.hardware),
        bar=terminal,
        code=params.code,
        run=snakemake.wildcards.run,
    )
    publish_run(work, [Path(output) for output in snakemake.output])
