"""Small untrained networks that lie in a results folder as trained ones do, and what they drive."""

from pathlib import Path

import numpy as np
import torch

from mit_core.demo.portrait import actor
from mit_core.faces.landmark_table import write_landmark_table
from mit_core.faces.mouth import close_mouth
from mit_core.faces.standard_face import standard_face
from mit_core.faces.table_beside import table_beside
from mit_core.media.audio import write_wav
from mit_core.media.image import write_image
from mit_core.models.checkpoint import ContentCheckpoint, FeatureScaling
from mit_core.models.content import ContentBranch, ContentDims
from mit_core.models.speaker_aware import SpeakerAware, SpeakerDims
from mit_core.models.speaker_checkpoint import SpeakerCheckpoint
from mit_core.models.translation_checkpoint import TranslationCheckpoint, make_network

SPEAKERS = ("ada", "bruno")
_SIZE = 64
_WIDTHS = {"translation": (4, 4, 8, 8, 8, 8), "refinement": (8, 8, 16)}
_GENTLE = 0.05
"""Of what an untrained network says: faces stay faces."""


def write_networks(
    results: Path,
    run: str = "default",
    speaker: bool = True,
    drawing: tuple[str, ...] = ("refinement",),
    feature: str = "mel",
) -> Path:
    """``results`` with a content branch and, as asked, a speaker-aware one and what draws."""
    models = results / "models"
    content_checkpoint(feature).save(models / "content" / run / "best.pt")
    if speaker:
        speaker_checkpoint(feature).save(models / "speaker" / run / "best.pt")
    for kind in drawing:
        drawing_checkpoint(kind).save(models / kind / run / "best.pt")
    return results


def content_checkpoint(feature: str = "mel") -> ContentCheckpoint:
    face = standard_face().reshape(204).astype(np.float32)
    return ContentCheckpoint(
        model=_gentle(lambda: ContentBranch(ContentDims(prior=8, code=8, hidden=8))),
        scaling=FeatureScaling(np.zeros(80, np.float32), np.ones(80, np.float32), True),
        predict_frame=12,
        base="speaker_mean",
        mean_face=face,
        rest_face=close_mouth(face, 1.0, 1.0).astype(np.float32),
        feature=feature,
        settings={"steps": 3},
        measures={"opening_r": 0.5},
    )


def speaker_checkpoint(feature: str = "mel") -> SpeakerCheckpoint:
    dims = SpeakerDims(hidden=8, code=8, noise=4, width=8, layers=1, feed_forward=16)
    names = zip(SPEAKERS, np.random.default_rng(0).standard_normal((2, 256)), strict=True)
    return SpeakerCheckpoint(
        model=_gentle(lambda: SpeakerAware(dims)),
        scaling=FeatureScaling(np.zeros(80, np.float32), np.ones(80, np.float32), True),
        predict_frame=12,
        stretch=256,
        noise="harmonic",
        mean_face=standard_face().reshape(204).astype(np.float32),
        feature=feature,
        speakers={name: (v / np.linalg.norm(v)).astype(np.float32) for name, v in names},
        settings={"steps": 3},
    )


def drawing_checkpoint(kind: str) -> TranslationCheckpoint:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = make_network(kind, _WIDTHS[kind]).eval()
    return TranslationCheckpoint(kind, network, _SIZE, 1.6)


def _gentle(make) -> torch.nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = make().eval()
    last = [module for module in model.modules() if isinstance(module, torch.nn.Linear)][-1]
    with torch.no_grad():
        last.weight *= _GENTLE
        last.bias *= _GENTLE
    return model


def write_portrait(path: Path, size: int = 128, marked: bool = True) -> Path:
    """The demo's actor; ``marked`` with the landmarks beside it, so that no detector is needed."""
    drawn = actor(size)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_image(path, drawn.image)
    if marked:
        write_landmark_table(table_beside(path), drawn.landmarks)
    return path


def write_speech(path: Path, seconds: float = 1.2) -> Path:
    """A buzz of changing loudness, as low as a voice."""
    times = np.arange(round(seconds * 16000)) / 16000
    buzz = sum(np.sin(2 * np.pi * 120 * k * times) / k for k in range(1, 20))
    write_wav(path, 0.2 * buzz * (0.3 + np.abs(np.sin(2 * np.pi * 2 * times))))
    return path
