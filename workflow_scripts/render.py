"""Render a portrait speaking."""

from typing import TYPE_CHECKING

import cv2
import torch

from mit_core.animation.animation import load_animation
from mit_core.devices import device_here
from mit_core.logs import logged
from mit_core.rendering.credits import credits_of
from mit_core.rendering.film import Settings, render_animation

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    # batches go side by side; each is worked on by one core
    cv2.setNumThreads(snakemake.threads)
    torch.set_num_threads(1)
    given = snakemake.input
    networks = {
        name: path
        for name, path in {
            "content": given.content,
            "speaker": given.speaker,
            "drawing": given.checkpoint,
        }.items()
        if path
    }
    animation = load_animation(snakemake.input.landmarks)
    render_animation(
        snakemake.params.image,
        animation.portrait,
        animation.landmarks,
        animation.fps,
        snakemake.params.speech,
        snakemake.output[0],
        Settings(**snakemake.params.settings),
        checkpoint=snakemake.input.checkpoint or None,
        threads=snakemake.threads,
        device=device_here(snakemake.config["device"]),
        made_by=credits_of(networks),
    )
