"""Find a portrait's landmarks."""

from pathlib import Path
from typing import TYPE_CHECKING

from mit_core.faces.detectors import open_detector
from mit_core.faces.landmark_table import write_landmark_table
from mit_core.faces.portrait import portrait_landmarks
from mit_core.logs import logged
from mit_core.media.image import read_image

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    path = Path(snakemake.params.image)
    settings, device = snakemake.params.settings, snakemake.config["device"]
    detectors = [open_detector(settings["detector"], device, settings["weights"])]
    if snakemake.input.drawings:
        detectors.append(open_detector("adaptive_wing", device, snakemake.input.drawings))
    points = portrait_landmarks(path, read_image(path), *detectors)
    write_landmark_table(snakemake.output[0], points)
