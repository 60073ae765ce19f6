"""Write the report."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.logs import logged
from mit_core.report.page import ReportSettings, write_report

if TYPE_CHECKING:
    from snakemake.script import snakemake

given = snakemake.input
with logged(snakemake.log[0]):
    write_report(
        Path(snakemake.output[0]),
        manifest=Path(given.manifest),
        funnel=Path(given.funnel),
        quarantine=Path(given.quarantine),
        segments=Path(given.segments),
        history={f"content: {snakemake.params.run}": Path(given.history)},
        evaluation={
            f"content: {snakemake.params.run}": Path(given.content),
            **{Path(table).stem.replace("_", " "): Path(table) for table in given.evaluation},
        },
        videos=[Path(video) for video in given.videos],
        summary=snakemake.params.summary,
        settings=ReportSettings(**snakemake.params.settings),
    )
