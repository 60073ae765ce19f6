"""Optimiser steps a second of every recipe, at its default settings."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lightning_fabric import Fabric

from benchmarks.amount import amount
from benchmarks.made_up import made_up_sequences, made_up_voices
from mit_core.models.checkpoint import FeatureScaling
from mit_core.training.autovc_recipe import AutoVCRecipe
from mit_core.training.autovc_settings import AutoVCSettings
from mit_core.training.chunks import ChunkRecipe
from mit_core.training.content_settings import ContentSettings
from mit_core.training.data import feature_statistics
from mit_core.training.hardware import Hardware, limited_threads, open_fabric
from mit_core.training.published import PublishedRecipe
from mit_core.training.recipe import Recipe
from mit_core.training.speaker_recipe import SpeakerRecipe
from mit_core.training.speaker_settings import SpeakerSettings

STEPS = amount(8, 1)


def train_steps(folder: Path, threads: int = 1) -> dict[str, float]:
    """Steps a second (CPU seconds) of each recipe on made-up data in ``folder``."""
    data, voices = made_up_sequences(folder), made_up_voices(folder)
    content = ContentSettings()
    scaling = FeatureScaling(*feature_statistics(data), content.by_utterance)
    builds: dict[str, Callable[[Fabric], Any]] = {
        "content, chunks": lambda fabric: ChunkRecipe(data, data, content, fabric),
        "content, published": lambda fabric: PublishedRecipe(data, data, content, fabric),
        "autovc": lambda fabric: AutoVCRecipe(voices, voices, AutoVCSettings(), fabric),
        "speaker": lambda fabric: SpeakerRecipe(
            data, data, SpeakerSettings(), fabric, scaling, content.predict_frame, None
        ),
    }
    fabric = open_fabric(Hardware())
    with limited_threads(threads):
        return {name: steps_a_second(build(fabric)) for name, build in builds.items()}


def steps_a_second(recipe: Recipe) -> float:
    """Of a recipe in the middle of its run, in CPU seconds."""
    recipe.step(0.5)  # the first step also sets the arithmetic library up
    started = time.process_time()
    for _ in range(STEPS):
        recipe.step(0.5)
    return STEPS / (time.process_time() - started)
