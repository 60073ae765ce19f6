"""What only a GPU shows: half precision, mixed-precision training, memory that runs out."""

import io

import numpy as np
import pytest
import torch
from autovc_makers import spoken
from footage_makers import drawn_footage
from moving_heads import moving
from sequence_makers import talking

from mit_core.errors import UserError
from mit_core.models.drawing import DrawingNetwork
from mit_core.models.translation_checkpoint import TranslationCheckpoint, make_network
from mit_core.training.autovc import train_autovc
from mit_core.training.autovc_settings import AutoVCSettings
from mit_core.training.content import train_content
from mit_core.training.content_settings import ContentSettings
from mit_core.training.detector import train_detector
from mit_core.training.detector_settings import DetectorSettings
from mit_core.training.hardware import PRECISIONS, Hardware
from mit_core.training.speaker import train_speaker
from mit_core.training.speaker_settings import SpeakerSettings
from mit_core.training.translation import train_translation
from mit_core.training.translation_settings import RefinementSettings, TranslationSettings

pytestmark = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="there is no GPU that torch can use on this machine"
)

STEPS = {"steps": 40, "validate_every": 20, "checkpoint_every": 20}


def train(kind, folder, hardware, **more):
    """A short run of a network of this kind."""
    splits = drawn_footage("abb"), drawn_footage("b", seed=3)
    common = {"hardware": hardware, "bar": io.StringIO()}
    options = STEPS | more
    small = {"size": 64, "widths": (8, 16), "perceptual": "none", "learning_rate": 5e-3}
    if kind == "refinement":
        return train_translation(*splits, folder, RefinementSettings(**small | options), **common)
    if kind == "translation":
        return train_translation(*splits, folder, TranslationSettings(**small | options), **common)
    if kind == "detector":
        settings = DetectorSettings(size=64, width=16, **options)
        return train_detector(*splits, [], folder, settings, **common)
    if kind == "content":
        settings = ContentSettings(**options)
        return train_content(talking((120,) * 6), talking((90,)), folder, settings, **common)
    if kind == "speaker":
        settings = SpeakerSettings(stretch=64, **options)
        return train_speaker(moving((90,) * 4), moving((80, 80), 1), folder, settings, **common)
    settings = AutoVCSettings(crop=64, **options)
    return train_autovc(spoken((200,) * 4), spoken((150, 150), 1), folder, settings, **common)


KINDS = ("content", "speaker", "autovc", "refinement", "translation", "detector")


def losses(result):
    lines = result.history.read_text().splitlines()
    column = lines[0].split(",").index("train_loss")
    return [float(line.split(",")[column]) for line in lines[1:] if line.split(",")[column]]


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_network_learns_on_a_gpu(kind, precision, tmp_path):
    result = train(kind, tmp_path, Hardware("cuda", precision=precision))
    curve = losses(result)
    assert np.isfinite(curve).all()
    assert np.mean(curve[-1:]) < curve[0]
    assert all(np.isfinite(value) for value in result.measures.values())


@pytest.mark.parametrize("kind", KINDS)
def test_a_gpu_learns_what_the_cpu_learns(kind, tmp_path):
    short = {"steps": 4, "validate_every": 4, "checkpoint_every": 4}
    there, here = (
        train(kind, tmp_path / device, Hardware(device), **short).best_score
        for device in ("cuda", "cpu")
    )
    assert there == pytest.approx(here, rel=0.03)


@pytest.mark.parametrize("kind", ["refinement", "translation"])
def test_half_precision_draws_the_same_frames(kind):
    torch.manual_seed(0)
    network = make_network(kind).eval()
    if kind == "refinement":
        torch.nn.init.normal_(network.last.weight, std=0.01)
    checkpoint = TranslationCheckpoint(kind, network, 256, 1.6)
    rng = np.random.default_rng(0)
    sketches, pictures = rng.integers(0, 256, (2, 3, 256, 256, 3), np.uint8)
    with torch.inference_mode():
        eager = checkpoint.frames(checkpoint.inputs(sketches, pictures)).permute(0, 2, 3, 1) * 255
    drawn = DrawingNetwork(checkpoint, device="cuda")(sketches, pictures)
    assert np.abs(drawn - eager.numpy()).max() < 2  # grey levels
    # the checkpoint's own network stays as it was
    assert next(network.parameters()).dtype == torch.float32


def test_memory_that_runs_out_ends_in_a_sentence(tmp_path):
    # refinement at full size wants more than this share of any card
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction(0.001)
    try:
        with pytest.raises(UserError, match="ran out of memory"):
            train(
                "refinement",
                tmp_path,
                Hardware("cuda"),
                size=256,
                widths=(128, 256, 256),
                batch_size=16,
            )
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
