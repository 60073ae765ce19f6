"""Folded and exported networks equal the networks they were made of."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from mit_core.models.drawing import DrawingNetwork
from mit_core.models.exported import ExportedGraph
from mit_core.models.folding import PhaseConvolution, folded
from mit_core.models.translation_checkpoint import TranslationCheckpoint, make_network

SMALL = {"translation": (6, 8, 8, 12, 12, 12), "refinement": None}
SIZE = 64


def network(kind: str) -> nn.Module:
    """A network in whose every part there is something."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        model = make_network(kind, SMALL[kind]).eval()
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):
                for value in (module.weight, module.running_var):
                    nn.init.uniform_(value, 0.5, 1.5)
                for value in (module.bias, module.running_mean):
                    nn.init.normal_(value, std=0.3)
        if kind == "refinement":
            nn.init.normal_(model.last.weight, std=0.2)
    return model


def pictures(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, SIZE, SIZE, 3), np.uint8)


@given(
    st.integers(1, 5),
    st.integers(1, 5),
    st.integers(1, 7),
    st.integers(1, 7),
    st.booleans(),
    st.integers(0, 1000),
)
def test_phases_are_the_convolution_of_the_doubled_picture(inputs, outputs, high, wide, bias, seed):
    drawn = torch.Generator().manual_seed(seed)
    weight = torch.randn(outputs, inputs, 3, 3, generator=drawn)
    offset = torch.randn(outputs, generator=drawn) if bias else None
    x = torch.randn(2, inputs, high, wide, generator=drawn)
    doubled = nn.functional.interpolate(x, scale_factor=2)
    expected = nn.functional.conv2d(doubled, weight, offset, padding=1)
    with torch.inference_mode():
        assert torch.allclose(PhaseConvolution(weight, offset)(x), expected, atol=1e-5)


@pytest.mark.parametrize("kind", ["translation", "refinement"])
def test_a_folded_network_computes_the_same_with_less(kind):
    model = network(kind)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    small = folded(model)
    x = torch.rand(2, 6, SIZE, SIZE, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        assert torch.allclose(small(x), model(x), atol=1e-5)
    left = [type(module) for module in small.modules()]
    assert nn.BatchNorm2d not in left
    assert left.count(PhaseConvolution) == (6 if kind == "translation" else 0)
    assert (nn.Upsample in left) == (kind == "refinement")
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
    assert list(model.state_dict()) == list(before)


def test_only_a_network_in_evaluation_mode_is_folded():
    with pytest.raises(ValueError, match="evaluation"):
        folded(network("refinement").train())


@pytest.mark.parametrize("kind", ["translation", "refinement"])
def test_the_exported_graph_equals_eager(kind):
    model = network(kind)
    x = torch.rand(1, 6, SIZE, SIZE, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        expected = model(x).numpy()
    assert expected.std() > 0.05
    np.testing.assert_allclose(ExportedGraph(folded(model), x)(x.numpy()), expected, atol=1e-5)


@pytest.mark.parametrize("kind", ["translation", "refinement"])
def test_drawn_frames_are_the_checkpoints_own_from_any_thread(kind):
    checkpoint = TranslationCheckpoint(kind, network(kind), SIZE, 1.6)
    draw = DrawingNetwork(checkpoint, threads=2)
    pairs = [(pictures(1, k), pictures(1, k + 100)) for k in range(6)]
    with torch.inference_mode():
        expected = [checkpoint.frames(checkpoint.inputs(*pair)).numpy() for pair in pairs]
    with ThreadPoolExecutor(3) as pool:
        drawn = list(pool.map(lambda pair: draw(*pair), pairs))
    for frame, true in zip(drawn, expected, strict=True):
        assert frame.dtype == np.float32
        # grey levels of 0..1 equal to 1e-5
        np.testing.assert_allclose(frame, 255 * true.transpose(0, 2, 3, 1), atol=255e-5)


def test_nothing_is_reported_to_anyone(tmp_path):
    # a client's number in the home folder is the first thing that reporting writes
    environment = {**os.environ, "HOME": str(tmp_path)}
    environment.pop("CI", None)  # where nothing is reported anyway
    made = "import torch; from mit_core.models.exported import ExportedGraph as Graph; "
    made += "Graph(torch.nn.Linear(3, 3).eval(), torch.zeros(2, 3))"
    subprocess.run([sys.executable, "-c", made], check=True, env=environment)
    assert not list(tmp_path.rglob("*ga_cid"))
