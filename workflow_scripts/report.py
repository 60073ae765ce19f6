"""Write the report."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.files import read_json
from mit_core.logs import logged
from mit_core.machine import this_machine
from mit_core.report.making import Making
from mit_core.report.page import ReportSettings, write_report

if TYPE_CHECKING:
    from snakemake.script import snakemake


def titled(files: list[str], above: Path) -> dict[str, Path]:
    """Files by their place below a folder, in words: content/default.tsv -> content: default.

    A run's history and its samples go by the run's folder.
    """
    places = {file: Path(file).relative_to(above).with_suffix("") for file in files}
    of_run = ("history", "samples")
    places = {file: p.parent if p.name in of_run else p for file, p in places.items()}
    return {": ".join(p.parts).replace("_", " "): Path(file) for file, p in places.items()}


given, params = snakemake.input, snakemake.params
with logged(snakemake.log[0]):
    output = Path(snakemake.output[0])
    choice = read_json(Path(given.feature))
    write_report(
        output,
        manifest=Path(given.manifest),
        funnel=Path(given.funnel),
        quarantine=Path(given.quarantine),
        segments=Path(given.segments),
        training=Path(given.training),
        pictures=titled(list(given.samples), Path(given.training).parent)
        | titled([given.sheet] if given.sheet else [], output.parent / "evaluation"),
        history=titled(list(given.history), Path(given.training).parent),
        evaluation=titled([*given.evaluation, *params.earlier], output.parent / "evaluation"),
        talking=Path(given.talking) if given.talking else None,
        videos=[Path(video) for video in given.videos],
        summary={"content feature": f"{choice['feature']}. {choice['why']}"},
        making=Making(
            rules=params.rules,
            software=params.versions,
            machine=this_machine(),
            digest=params.digest,
            config=params.config,
            defaults=params.defaults,
        ),
        settings=ReportSettings(**params.settings),
    )
