"""The image translation network equals the published one."""

import importlib.util
import json

import numpy as np
import pytest
import torch

from mit_core.models.translation import TranslationNetwork


@pytest.fixture(scope="module")
def published(reference):
    spec = importlib.util.spec_from_file_location("rules", reference / "rules.py")
    rules = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(rules)
    return rules, rules.fill_state(TranslationNetwork(), "B").eval()


def test_state_dict_is_the_published_one(reference):
    manifest = json.loads((reference / "manifests" / "i2i_resunet.json").read_text())
    with torch.device("meta"):
        model = TranslationNetwork()
    expected = [(entry["key"], tuple(entry["shape"])) for entry in manifest["state_dict"]]
    assert [(key, tuple(value.shape)) for key, value in model.state_dict().items()] == expected
    assert sum(parameter.numel() for parameter in model.parameters()) == manifest["n_params"]


@pytest.mark.parametrize("side", [64, 256])
def test_output_equals_the_published_networks(reference, published, side):
    rules, model = published
    numbers = np.load(reference / "models" / f"i2i_resunet_B_s{side}.npz")
    total = sum(value.double().sum().item() for value in model.state_dict().values())
    assert total == pytest.approx(float(numbers["meta_state_sum"]))
    image = rules.inp(f"img{side}", (1, 6, side, side), 0.5, 0.5, "B")
    with torch.inference_mode():
        frame = model(torch.from_numpy(image).float())
    np.testing.assert_allclose(frame, numbers["out_out"], atol=2e-5, rtol=1e-4)
