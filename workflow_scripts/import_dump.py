"""Import pickles of the published code as the corpus's dump."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.corpus.import_tables import tabulate_import
from mit_core.corpus.imports import import_dump
from mit_core.logs import logged
from mit_core.models.autovc_checkpoint import load_autovc

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    settings, converter = snakemake.params.settings, snakemake.input.converter
    folders = {split: Path(folder) for split, folder in snakemake.params.folders.items()}
    import_dump(
        settings["prefix"],
        folders,
        feature=settings["feature"],
        maker=load_autovc(converter).digest if converter else "imported",
        speakers=Path(settings["speakers"]) if settings["speakers"] else None,
    )
    tables = ("manifest", "segments", "quarantine", "funnel")
    tabulate_import(folders, **{name: Path(snakemake.output[name]) for name in tables})
