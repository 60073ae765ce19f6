"""The speaker-aware branch and its discriminators equal the published ones, key for key."""

import importlib.util
import json
from types import ModuleType

import numpy as np
import pytest
import torch

from mit_core.models.attention import MOST_POSITIONS, AttentionDims, Encoder
from mit_core.models.discriminators import (
    FaceDiscriminator,
    GruMotionDiscriminator,
    MotionDiscriminator,
)
from mit_core.models.speaker_aware import SpeakerAware, SpeakerDims

SMALL = SpeakerDims(
    features=4, hidden=8, embedding=6, code=8, noise=4, width=8, heads=2, layers=1, feed_forward=16
)
MANIFESTS = {
    "speaker_pos": SpeakerAware,
    "speaker_aware_train": SpeakerAware,
    "disc_DL": FaceDiscriminator,
    "disc_DT_infer_file": MotionDiscriminator,
    "disc_DT_train_file": MotionDiscriminator,
    "disc_gruDT": GruMotionDiscriminator,
}


def rules_of(reference) -> ModuleType:
    spec = importlib.util.spec_from_file_location("rules", reference / "rules.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def filled(reference, model, numbers):
    rules_of(reference).fill_state(model, "B").eval()
    total = sum(v.double().sum().item() for v in model.state_dict().values())
    assert total == pytest.approx(float(numbers["meta_state_sum"]))
    return model


def given(reference, name, shape, amplitude):
    values = rules_of(reference).inp(name, shape, amplitude, 0.0, "B")
    return torch.from_numpy(np.asarray(values, np.float32))


@pytest.mark.parametrize("name", MANIFESTS)
def test_state_dicts_are_the_published_ones(reference, name):
    manifest = json.loads((reference / "manifests" / f"{name}.json").read_text())
    model = MANIFESTS[name]()
    assert [(e["key"], tuple(e["shape"])) for e in manifest["state_dict"]] == [
        (key, tuple(value.shape)) for key, value in model.state_dict().items()
    ]
    assert sum(p.numel() for p in model.parameters()) == manifest["n_params"]


@pytest.mark.parametrize(
    ("name", "length", "with_noise", "atol"),
    [
        ("speaker_pos_B_t40", 40, False, 3e-5),
        ("speaker_pos_B_t40z", 40, True, 3e-5),
        ("speaker_pos_B_t512", 512, False, 3e-5),
        ("speaker_aware_train_B_t40", 40, False, 2e-5),
    ],
)
def test_displacement_equals_the_published_networks(reference, name, length, with_noise, atol):
    numbers = np.load(reference / "models" / f"{name}.npz")
    model = filled(reference, SpeakerAware(), numbers)
    embedding = given(reference, "emb", (length, 256), 0.3)
    noise = given(reference, "z", (length, 128), 0.5) if with_noise else None
    with torch.inference_mode():
        displacement = model(given(reference, "au", (length, 18, 80), 2.0), embedding, noise)
        code = model.spk_emb_encoder(embedding)
    np.testing.assert_allclose(displacement, numbers["out_fl_pred"], atol=atol, rtol=1e-4)
    np.testing.assert_allclose(code, numbers["out_spk_encode"], atol=atol, rtol=1e-4)


@pytest.mark.parametrize(("file", "step"), [("infer_file", 1), ("train_file", 16)])
@pytest.mark.parametrize("length", [40, 100])
def test_motion_is_judged_as_published(reference, file, step, length):
    numbers = np.load(reference / "models" / f"disc_DT_{file}_B_t{length}.npz")
    model = filled(reference, MotionDiscriminator(step=step), numbers)
    with torch.inference_mode():
        scores = model(
            given(reference, "fls", (1, length, 204), 0.5),
            given(reference, "spk_emb", (1, length, 128), 0.5),
        )
    np.testing.assert_allclose(scores[0], numbers["out_out"], atol=2e-5, rtol=1e-4)


def test_a_frame_is_judged_as_published(reference):
    numbers = np.load(reference / "models" / "disc_DL_B_t100.npz")
    model = filled(reference, FaceDiscriminator(), numbers)
    with torch.inference_mode():
        scores = model(torch.from_numpy(numbers["in_feat"]))
    np.testing.assert_allclose(scores, numbers["out_out"], atol=1e-5, rtol=1e-4)


def test_the_recurrent_judge_is_the_published_one(reference):
    numbers = np.load(reference / "models" / "disc_gruDT_B_t100.npz")
    model = filled(reference, GruMotionDiscriminator(), numbers)
    with torch.inference_mode():
        scores = model(
            torch.from_numpy(numbers["in_comb_encode"])[None],
            torch.from_numpy(numbers["in_fls"])[None],
        )
    np.testing.assert_allclose(scores[0], numbers["out_out"], atol=2e-5, rtol=1e-4)


def small_branch() -> SpeakerAware:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return SpeakerAware(SMALL).eval()


def test_stretches_and_noises_do_not_see_each_other():
    model = small_branch()
    chunks, embeddings, noise = torch.randn(3, 40, 4), torch.randn(3, 6), torch.randn(2, 3, 23, 4)
    with torch.inference_mode():
        together, codes = model.along(chunks, embeddings, noise)
        assert together.shape == (2, 3, 23, 204)
        for i in range(3):
            for k in range(2):
                apart, code = model.along(
                    chunks[i : i + 1], embeddings[i : i + 1], noise[k : k + 1, i : i + 1]
                )
                torch.testing.assert_close(together[k, i], apart[0, 0])
            torch.testing.assert_close(codes[i], code[0])


def test_a_piece_begins_with_an_exact_window():
    model = small_branch()
    chunk = torch.randn(1, 40, 4)
    with torch.inference_mode():
        along = model._hear_along(chunk)[0]
        exact = model.hear(chunk[0].unfold(0, 18, 1).transpose(1, 2))
    assert along.shape == exact.shape
    torch.testing.assert_close(along[[0, 16]], exact[[0, 16]])
    assert not torch.allclose(along[15], exact[15], atol=1e-6)


def test_every_frame_hears_all_others():
    model = small_branch()
    windows = torch.randn(20, 18, 4)
    embedding = torch.randn(1, 6)
    changed = windows.clone()
    changed[19] += 1
    with torch.inference_mode():
        assert (model(windows, embedding)[0] != model(changed, embedding)[0]).any()


def test_no_noise_is_zero_noise():
    model = small_branch()
    windows, embedding = torch.randn(5, 18, 4), torch.randn(1, 6)
    with torch.inference_mode():
        torch.testing.assert_close(
            model(windows, embedding), model(windows, embedding, torch.zeros(5, 4))
        )


def test_a_folded_scale_multiplies_the_output():
    model = small_branch()
    windows, embedding = torch.randn(5, 18, 4), torch.randn(1, 6)
    with torch.inference_mode():
        before = model(windows, embedding)
        model.scale_output(0.015)
        torch.testing.assert_close(model(windows, embedding), 0.015 * before)


def test_more_frames_than_positions_are_refused():
    with pytest.raises(ValueError, match="513 frames"):
        Encoder(3, AttentionDims(8, 2, 1, 16))(torch.zeros(1, MOST_POSITIONS + 1, 3))
