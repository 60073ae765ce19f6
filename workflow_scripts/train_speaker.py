"""Train the speaker-aware branch."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.dump import open_split
from mit_core.logs import logged
from mit_core.training.hardware import hardware_here
from mit_core.training.loop_settings import with_budget
from mit_core.training.nodes import on_all_nodes
from mit_core.training.runs import publish_run
from mit_core.training.speaker import train_speaker
from mit_core.training.speaker_settings import SpeakerSettings

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]) as terminal:
    launcher = snakemake.config["training"]["launcher"]
    on_all_nodes(snakemake.params.hardware, launcher, snakemake.threads)
    given, params = snakemake.input, snakemake.params
    work = Path(snakemake.output.checkpoint).parent / "work"
    train_speaker(
        open_split(Path(given.train[0]).parent, params.feature),
        open_split(Path(given.val[0]).parent, params.feature),
        work,
        with_budget(SpeakerSettings(**params.settings["recipe"]), params.settings["budget"]),
        content=Path(given.content),
        threads=snakemake.threads,
        hardware=hardware_here(snakemake.config["device"], **params.hardware),
        bar=terminal,
        code=params.code,
        run=snakemake.wildcards.run,
    )
    publish_run(work, [Path(output) for output in snakemake.output])
