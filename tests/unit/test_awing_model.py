"""The AdaptiveWing network equals the published one."""

import importlib.util
import json

import numpy as np
import pytest
import torch

from mit_core.models.awing import AwingDims, AwingNetwork, boundary_coordinates


@pytest.fixture(scope="module")
def rules(reference):
    spec = importlib.util.spec_from_file_location("rules", reference / "rules.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_state_dict_is_the_published_one(reference):
    manifest = json.loads((reference / "manifests" / "awing_fan4.json").read_text())
    with torch.device("meta"):
        model = AwingNetwork()
    expected = [(entry["key"], tuple(entry["shape"])) for entry in manifest["state_dict"]]
    assert [(key, tuple(value.shape)) for key, value in model.state_dict().items()] == expected
    assert sum(parameter.numel() for parameter in model.parameters()) == manifest["n_params"]


def test_heatmaps_equal_the_published_networks(reference, rules):
    numbers = np.load(reference / "models" / "awing_fan4_B_s256.npz")
    model = rules.fill_state(AwingNetwork(), "B").eval()
    total = sum(value.double().sum().item() for value in model.state_dict().values())
    assert total == pytest.approx(float(numbers["meta_state_sum"]))
    image = rules.inp("awimg", (1, 3, 256, 256), 0.5, 0.5, "B")
    with torch.inference_mode():
        seen = model(torch.from_numpy(image).float())
    np.testing.assert_allclose(seen.stages[-1], numbers["out_heatmaps"], rtol=1e-4, atol=0.02)
    np.testing.assert_allclose(seen.boundary, numbers["out_boundary"], rtol=1e-4, atol=0.02)


def test_small_networks_have_their_sizes():
    model = AwingNetwork(AwingDims(points=68, stacks=2, width=32)).eval()
    with torch.inference_mode():
        seen = model(torch.rand(2, 3, 128, 128, generator=torch.Generator().manual_seed(0)))
    assert [tuple(stage.shape) for stage in seen.stages] == [(2, 69, 32, 32)] * 2
    assert seen.boundary.shape == (2, 2, 32, 32)
    alone = AwingNetwork(AwingDims(points=68, stacks=1, width=32)).eval()
    with torch.inference_mode():
        assert alone(torch.zeros(1, 3, 128, 128)).boundary is None


def test_boundary_coordinates_are_those_of_the_outline():
    heatmap = torch.zeros(1, 1, 5, 9)
    heatmap[0, 0, 1, 6] = 3.0
    heatmap[0, 0, 4, 0] = 0.05  # not above the threshold
    y, x = boundary_coordinates(heatmap)[0]
    assert x[1, 6] == pytest.approx(0.5) and y[1, 6] == pytest.approx(-0.5)
    assert (x != 0).sum() == (y != 0).sum() == 1
