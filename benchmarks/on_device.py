"""Training and drawing on one device, a GPU where there is one.

    python -m benchmarks.on_device [DEVICE]

Networks have random weights and data are made up: speed does not depend on what is said or seen.
Figures are wall-clock, so run it on a machine that does nothing else.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from lightning_fabric import Fabric

from benchmarks.amount import QUICK, amount
from benchmarks.made_up import made_up_sequences, made_up_voices
from benchmarks.speaking import speaking
from mit_core.demo.portrait import actor
from mit_core.models.checkpoint import FeatureScaling
from mit_core.models.drawing import DrawingNetwork
from mit_core.models.translation import CHANNELS
from mit_core.models.translation_checkpoint import TranslationCheckpoint, make_network
from mit_core.rendering.renderer import open_renderer
from mit_core.rendering.sketch import draw_sketch
from mit_core.training.autovc_recipe import AutoVCRecipe
from mit_core.training.autovc_settings import AutoVCSettings
from mit_core.training.chunks import ChunkRecipe
from mit_core.training.content_settings import ContentSettings
from mit_core.training.data import feature_statistics
from mit_core.training.footage import Footage
from mit_core.training.hardware import Hardware, open_fabric
from mit_core.training.speaker_recipe import SpeakerRecipe
from mit_core.training.speaker_settings import SpeakerSettings
from mit_core.training.translation_recipe import TranslationRecipe
from mit_core.training.translation_settings import RefinementSettings, TranslationSettings

SPENT = amount(6.0, 0.0)
"""Seconds that each figure is measured for, at least so many steps."""
STEPS, WARM = amount((3, 2), (1, 0))
FRAMES = amount(250, 10)


@dataclass(frozen=True)
class StillFootage(Footage):
    """Landmarks that speak over a picture that stands still: no video is needed."""

    def frames(self, index: int, start: int = 0, stop: int | None = None) -> Iterator[np.ndarray]:
        """The demo's portrait, over and over."""
        image = actor(320).image
        return (image for _ in self.clip(index)[start:stop])


def still_footage(clips: int = 4, seconds: float = 4.0) -> StillFootage:
    """So many clips of one speaker."""
    points = np.stack(list(speaking(actor(320).landmarks, seconds, 25.0))).astype(np.float32)
    return StillFootage(
        videos=("",) * clips,
        starts=(0,) * clips,
        landmarks=np.concatenate([points] * clips),
        offsets=np.arange(clips + 1) * len(points),
        speakers=("one",) * clips,
        names=tuple(f"clip{number}" for number in range(clips)),
    )


def recipes(folder: Path) -> dict[str, Callable[[Fabric], Any]]:
    """Each network's training at its defaults, and pictures at 256 pixels and published widths."""
    data, voices, footage = made_up_sequences(folder), made_up_voices(folder), still_footage()
    none = footage.only([])
    content = ContentSettings()
    scaling = FeatureScaling(*feature_statistics(data), content.by_utterance)

    def pictures(settings: RefinementSettings) -> Callable[[Fabric], Any]:
        return lambda fabric: TranslationRecipe(footage, none, settings, fabric, folder)

    large = {"size": 256, "widths": CHANNELS}
    return {
        "content": lambda fabric: ChunkRecipe(data, data, content, fabric),
        "autovc, small": lambda fabric: AutoVCRecipe(voices, voices, AutoVCSettings(), fabric),
        "autovc, published": lambda fabric: AutoVCRecipe(
            voices, voices, AutoVCSettings(size="published"), fabric
        ),
        "speaker": lambda fabric: SpeakerRecipe(
            data, data, SpeakerSettings(), fabric, scaling, content.predict_frame, None
        ),
        "refinement at 128": pictures(RefinementSettings()),
        "refinement at 256": pictures(RefinementSettings(size=256)),
        "translation at 128": pictures(TranslationSettings()),
        "translation at 256, published": pictures(replace(TranslationSettings(), **large)),
    }


def train_on(device: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Steps a second of each recipe in each precision, and batches of pairs that one core makes."""
    precisions = ["32-true", "bf16-mixed"] + ["16-mixed"] * (device != "cpu")
    for name, build in recipes(folder).items():
        if QUICK and "published" in name:
            continue
        rates = []
        for precision in precisions:
            recipe = build(open_fabric(Hardware(device, precision=precision)))
            rates.append(f"{precision} {_rate(partial(recipe.step, 0.5), device):.1f}")
            sampler = getattr(recipe, "sampler", None)
            del recipe
        if hasattr(sampler, "pool"):
            made = _batches_a_second(sampler)
            rates.append(f"pairs made by one core {made:.1f}")
        yield name, ", ".join(rates)


def draw_on(device: str) -> Iterator[tuple[str, str]]:
    """Frames a second of a network alone, and of a renderer with warp, crop and paste."""
    for kind, side in (("refinement", 256), ("refinement", 512), ("translation", 256)):
        torch.manual_seed(0)
        checkpoint = TranslationCheckpoint(kind, make_network(kind).eval(), side, 1.6)  # type: ignore[arg-type]
        portrait = actor(side)
        network = DrawingNetwork(checkpoint, device=device)
        given = [
            np.repeat(picture[None], network.batch, axis=0)
            for picture in (draw_sketch(portrait.landmarks, side, side), portrait.image)
        ]
        alone = network.batch * _rate(partial(network, *given), device)
        points = list(speaking(portrait.landmarks, FRAMES / 25, 25.0))
        renderer = open_renderer(kind, portrait.image, portrait.landmarks, checkpoint, 1, device)
        renderer.render(points[0])
        started = time.perf_counter()
        for _ in renderer.frames(points):
            pass
        whole = FRAMES / (time.perf_counter() - started)
        yield f"{kind} at {side}", f"network {alone:.0f}, whole frames {whole:.0f}"


def _rate(work: Callable[[], object], device: str) -> float:
    """Calls a second, after some that make everything ready."""
    for _ in range(WARM):
        work()
    _wait(device)
    started, calls = time.perf_counter(), 0
    while calls < STEPS or time.perf_counter() - started < SPENT:
        work()
        calls += 1
    _wait(device)
    return calls / (time.perf_counter() - started)


def _batches_a_second(sampler: Any) -> float:
    sampler.batch(1_000_000)  # decodes and meshes what later batches share
    started = time.perf_counter()
    for step in range(1_000_001, 1_000_021):
        sampler.batch(step)
    return 20 / (time.perf_counter() - started)


def _wait(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)


def main() -> None:
    device = sys.argv[1] if len(sys.argv) > 1 else "cuda" if torch.cuda.is_available() else "cpu"
    cv2.setNumThreads(1)
    name = torch.cuda.get_device_name(device) if device.startswith("cuda") else "CPU"
    print(f"On {device} ({name}), torch {torch.__version__}")
    with tempfile.TemporaryDirectory() as folder:
        print("Training: steps a second")
        for title, line in train_on(device, Path(folder)):
            print(f"  {title:<32}{line}", flush=True)
    print("Drawing: frames a second")
    for title, line in draw_on(device):
        print(f"  {title:<32}{line}", flush=True)


if __name__ == "__main__":
    main()
