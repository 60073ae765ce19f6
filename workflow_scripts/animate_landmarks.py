"""Drive a portrait's landmarks by speech."""

from typing import TYPE_CHECKING

import numpy as np

from mit_core.animation.animate import Settings, animate
from mit_core.animation.animation import save_animation
from mit_core.faces.landmark_table import read_landmark_table
from mit_core.logs import logged
from mit_core.models.checkpoint import load_content
from mit_core.speech.features import load_speech

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    animation = animate(
        load_speech(snakemake.input.speech),
        np.load(snakemake.input.feature),
        load_content(snakemake.input.checkpoint, snakemake.params.device),
        read_landmark_table(snakemake.input.portrait),
        Settings(**snakemake.params.settings),
    )
    save_animation(snakemake.output[0], animation)
