"""Measure the content branch and its baselines on held-out clips."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.dump import open_split
from mit_core.evaluation.content import CHIEF, content_summary, evaluate_content
from mit_core.evaluation.statistics import compare_paired
from mit_core.evaluation.tables import write_table
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    splits = {
        split: open_split(Path(snakemake.input[split][0]).parent, snakemake.params.feature)
        for split in snakemake.params.splits
    }
    output = snakemake.output
    clips = evaluate_content(snakemake.input.checkpoint, **splits, threads=snakemake.threads)
    write_table(content_summary(clips), output.table)
    write_table(clips, output.clips)
    write_table(compare_paired(clips, "predictor", "content", "ridge", CHIEF), output.paired)
