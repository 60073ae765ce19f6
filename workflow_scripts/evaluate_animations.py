"""Detect the rendered videos again, and compare with what was predicted."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.evaluation.animations import measure_animations
from mit_core.faces.detectors import open_detector
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    settings = snakemake.params.settings
    detector = open_detector(settings["detector"], snakemake.config["device"], settings["weights"])
    measure_animations(
        [Path(video) for video in snakemake.input.videos],
        [Path(landmarks) for landmarks in snakemake.input.landmarks],
        Path(snakemake.output[0]),
        detector,
    )
