"""Small checkpoints of every network, and what a stranger may put into them."""

import functools
import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mit_core.models.autovc import AutoVC, AutoVCDims
from mit_core.models.autovc_checkpoint import AutoVCCheckpoint
from mit_core.models.awing import AwingDims, AwingNetwork
from mit_core.models.awing_checkpoint import AwingCheckpoint
from mit_core.models.checkpoint import ContentCheckpoint, FeatureScaling
from mit_core.models.content import ContentBranch, ContentDims
from mit_core.models.refinement import RefinementNetwork
from mit_core.models.speaker_aware import SpeakerAware, SpeakerDims
from mit_core.models.speaker_checkpoint import SpeakerCheckpoint
from mit_core.models.tensors import read_tensors
from mit_core.models.translation_checkpoint import TranslationCheckpoint

FEATURES = 16


def checkpoints() -> dict[str, Any]:
    """Of each kind one, that ``save`` writes in some kB."""
    face = np.zeros(204, np.float32)
    voice = np.full(256, 1 / 16, np.float32)
    bands = np.zeros(FEATURES, np.float32), np.ones(FEATURES, np.float32)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        speaking = SpeakerDims(FEATURES, 2, 256, 2, 2, width=2, heads=1, layers=1, feed_forward=2)
        return {
            "content": ContentCheckpoint(
                ContentBranch(ContentDims(FEATURES, prior=2, code=2, hidden=2)),
                FeatureScaling(*bands),
                predict_frame=0,
                base="closed",
                mean_face=face,
                rest_face=face,
                speaker_faces={"a": face},
            ),
            "speaker": SpeakerCheckpoint(
                SpeakerAware(speaking),
                FeatureScaling(*bands),
                predict_frame=0,
                stretch=64,
                noise="none",
                mean_face=face,
                speakers={"a": voice},
            ),
            "autovc": AutoVCCheckpoint(
                AutoVC(AutoVCDims(FEATURES, pitches=2, width=32, code=1, hidden=2, layers=1)),
                *bands,
                target=voice,
                target_name="a",
            ),
            "refinement": TranslationCheckpoint(
                "refinement", RefinementNetwork((2, 2)), size=64, crop=2.0
            ),
            "awing": AwingCheckpoint(
                AwingNetwork(AwingDims(points=2, stacks=1, width=16)), size=64, margin=1.3
            ),
        }


def saved(kind: str) -> bytes:
    """A small checkpoint's file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "best.pt")
        checkpoints()[kind].save(path)
        return path.read_bytes()


@functools.cache
def small_checkpoints() -> list[dict[str, Any]]:
    """The entries of each kind's file; not to be changed."""
    found = []
    for kind in checkpoints():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "best.pt")
            path.write_bytes(saved(kind))
            found.append(dict(read_tensors(path)))
    return found


@functools.cache
def hostile_values() -> list[Any]:
    """Values of the wrong kind, size or meaning."""
    nest: Any = ()
    for _ in range(60):
        nest = (nest, nest)
    return [
        *(None, True, 0, 1, -1, 2**31, 2**63, 10**300, 0.5, float("nan"), float("inf"), "", "x"),
        *("\ud800", "a" * 10_000, b"x", [], [1], [2**40, 2], [[]], {}, {"a": 1}, {1: "a"}, nest),
        *(torch.zeros(()), torch.zeros(0), torch.zeros(204), torch.full((204,), torch.nan)),
        *(torch.zeros(1, dtype=torch.complex64), torch.zeros(3, dtype=torch.int64)),
        *(torch.zeros(FEATURES, dtype=torch.float64), torch.zeros(256), torch.zeros(1, 204)),
        *(torch.zeros(100_000), np.zeros(3), np.float64(1.0), torch.float32, torch.Size([3])),
        *({"a": torch.zeros(204)}, {"a": torch.zeros(256)}, {"a": None}, "translation"),
    ]


def as_old(data: bytes) -> bytes:
    """The same file in torch's older format."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "best.pt")
        path.write_bytes(data)
        out = io.BytesIO()
        torch.save(dict(read_tensors(path)), out, _use_new_zipfile_serialization=False)
        return out.getvalue()
