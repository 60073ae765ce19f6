"""The image networks and the files that hold them."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mit_core.errors import UserError
from mit_core.models.published import write_published
from mit_core.models.refinement import RefinementNetwork
from mit_core.models.translation import TranslationNetwork
from mit_core.models.translation_checkpoint import (
    TranslationCheckpoint,
    load_translation,
    make_network,
)


def small(kind, seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = make_network(kind, (4, 6, 8))
        for parameter in network.parameters():
            torch.nn.init.normal_(parameter, std=0.2)
    return TranslationCheckpoint(kind, network.eval(), 16, 1.5, 68, {"lr": 1e-3}, {"ssim": 0.5})


def pictures(seed, count=2, side=16):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, side, side, 3), dtype=np.uint8)


def test_refinement_has_the_documented_size():
    network = RefinementNetwork()
    assert sum(p.numel() for p in network.parameters()) == pytest.approx(0.79e6, rel=0.01)
    counted = []
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.register_forward_hook(
                lambda m, _, y: counted.append(2 * m.weight.numel() * y.shape[2] * y.shape[3])
            )
    with torch.inference_mode():
        network.eval()(torch.zeros(1, 6, 256, 256))
    assert sum(counted) == pytest.approx(3.68e9, rel=0.01)


@settings(max_examples=10)
@given(st.integers(1, 3), st.integers(1, 3), st.integers(0, 99))
def test_untrained_refinement_is_the_warp(rows, columns, seed):
    network = RefinementNetwork((4, 6, 8))
    assert network.multiple == 8
    torch_rng = torch.Generator().manual_seed(seed)
    image = torch.rand(2, 6, 8 * rows, 8 * columns, generator=torch_rng)
    assert torch.allclose(network(image), image[:, 3:], atol=1e-5)


def test_refinement_learns_from_its_zero_start():
    network = RefinementNetwork((4, 6))
    image, truth = torch.rand(2, 6, 8, 8), torch.rand(2, 3, 8, 8)
    optimiser = torch.optim.Adam(network.parameters(), 1e-2)
    losses = []
    for _ in range(30):
        loss = (network(image) - truth).abs().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]


def test_smaller_translation_networks_keep_the_published_layout():
    published = TranslationNetwork()
    narrow = TranslationNetwork(channels=(4, 8, 8, 8, 8, 8))
    assert narrow.state_dict().keys() == published.state_dict().keys()
    assert TranslationNetwork(channels=(4, 8, 8)).multiple == 8
    with torch.inference_mode():
        assert narrow.eval()(torch.zeros(1, 6, 64, 128)).shape == (1, 3, 64, 128)


@pytest.mark.parametrize("network", [TranslationNetwork, RefinementNetwork])
def test_one_level_is_refused(network):
    with pytest.raises(ValueError, match="two levels"):
        network(**{"channels" if network is TranslationNetwork else "widths": (4,)})


@pytest.mark.parametrize("kind", ["translation", "refinement"])
def test_a_saved_checkpoint_draws_the_same(tmp_path, kind):
    checkpoint = small(kind)
    checkpoint.save(tmp_path / "best.pt")
    before = torch.get_rng_state()
    read = load_translation(tmp_path / "best.pt")
    assert torch.equal(before, torch.get_rng_state())
    fields = ("kind", "size", "crop", "points", "settings", "measures")
    assert [getattr(read, f) for f in fields] == [getattr(checkpoint, f) for f in fields]
    inputs = checkpoint.inputs(pictures(0), pictures(1))
    with torch.inference_mode():
        assert torch.equal(read.frames(inputs), checkpoint.frames(inputs))
    assert not read.model.training


def test_each_kind_has_its_colour_order_and_its_rim():
    sketch, portrait = pictures(0), pictures(1)
    both = np.concatenate([sketch, portrait], axis=3).transpose(0, 3, 1, 2) / 255
    refinement, translation = small("refinement"), small("translation")
    np.testing.assert_allclose(refinement.inputs(sketch, portrait), both, atol=1e-6)
    np.testing.assert_allclose(
        translation.inputs(sketch, portrait), both[:, [2, 1, 0, 5, 4, 3]], atol=1e-6
    )
    with torch.inference_mode():
        inputs = translation.inputs(sketch, portrait)
        raw = translation.model(inputs)
        assert raw.min() < 0  # so that the cut is seen
        torch.testing.assert_close(
            translation.frames(inputs), raw.tanh().clamp(min=0)[:, [2, 1, 0]]
        )
        inputs = refinement.inputs(sketch, portrait)
        torch.testing.assert_close(refinement.frames(inputs), refinement.model(inputs).clamp(0, 1))


def test_the_published_file_loads(tmp_path):
    with torch.random.fork_rng():
        weights = TranslationNetwork().state_dict()
    write_published(
        "translation", {f"module.{k}": v for k, v in weights.items()}, tmp_path / "i2i.pth"
    )
    read = load_translation(tmp_path / "i2i.pth")
    assert (read.kind, read.size, read.points) == ("translation", 256, 68)
    assert torch.equal(
        read.model.state_dict()["model.model.0.weight"], weights["model.model.0.weight"]
    )


def test_other_files_are_refused_by_name(tmp_path):
    torch.save({"format": "mit_core.content.1"}, tmp_path / "other.pt")
    with pytest.raises(UserError, match=r"other\.pt holds no image network"):
        load_translation(tmp_path / "other.pt")
    torch.save({"G": {"weight": torch.zeros(2)}}, tmp_path / "foreign.pth")
    with pytest.raises(UserError, match=r"foreign\.pth do not fit"):
        load_translation(tmp_path / "foreign.pth")
