"""Drive a portrait's landmarks by speech."""

from typing import TYPE_CHECKING

from mit_core.animation.animate import Settings, animate
from mit_core.animation.animation import save_animation
from mit_core.arrays import read_array
from mit_core.devices import device_here
from mit_core.faces.landmark_table import read_landmark_table
from mit_core.logs import logged
from mit_core.models.checkpoint import load_content
from mit_core.models.speaker_checkpoint import load_speaker
from mit_core.speech.features import load_speech

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    given, device = snakemake.input, device_here(snakemake.config["device"])
    animation = animate(
        load_speech(given.speech),
        read_array(given.feature),
        load_content(given.content, device),
        read_landmark_table(given.portrait),
        Settings(**snakemake.params.settings),
        load_speaker(given.speaker, device) if given.speaker else None,
    )
    save_animation(snakemake.output[0], animation)
