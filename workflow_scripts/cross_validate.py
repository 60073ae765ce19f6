"""Train the content branch without some speakers, in turn, and measure it on them."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.dump import open_split
from mit_core.evaluation.tables import write_table
from mit_core.evaluation.unheard import cross_validate, unheard_summary
from mit_core.logs import logged
from mit_core.training.content_settings import ContentSettings
from mit_core.training.loop_settings import with_budget

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]) as terminal:
    params, output = snakemake.params, snakemake.output
    runs = Path(params.runs)
    clips = cross_validate(
        [open_split(folder, params.feature) for folder in params.folders],
        runs,
        with_budget(ContentSettings(**params.settings["recipe"]), params.settings["budget"]),
        folds=params.folds,
        seeds=params.seeds,
        threads=snakemake.threads,
        bar=terminal,
    )
    write_table(clips, output.clips)
    write_table(unheard_summary(clips), output.table)
    shutil.rmtree(runs)
