"""AutoVC equals the published one and converts utterances of any length without a seam."""

import importlib.util
import json
from types import ModuleType

import numpy as np
import pytest
import torch
from autovc_makers import checkpoint, small_dims
from hypothesis import given, settings
from hypothesis import strategies as st

from mit_core.errors import UserError
from mit_core.models.autovc import AutoVC
from mit_core.models.autovc_checkpoint import load_autovc, load_autovc_start
from mit_core.models.autovc_conversion import OVERLAP, PIECE, convert


def rules_of(reference) -> ModuleType:
    spec = importlib.util.spec_from_file_location("rules", reference / "rules.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_state_dict_is_the_published_one(reference):
    manifest = json.loads((reference / "manifests" / "autovc.json").read_text())
    model = AutoVC()
    assert [(entry["key"], tuple(entry["shape"])) for entry in manifest["state_dict"]] == [
        (key, tuple(value.shape)) for key, value in model.state_dict().items()
    ]
    assert sum(p.numel() for p in model.parameters()) == manifest["n_params"]


def test_output_equals_the_published_networks(reference):
    rules = rules_of(reference)
    model = rules.fill_state(AutoVC(), "B").eval()
    numbers = np.load(reference / "models" / "autovc_B_t64.npz")
    assert sum(v.double().sum().item() for v in model.state_dict().values()) == pytest.approx(
        float(numbers["meta_state_sum"])
    )
    mel, source, target = (
        torch.from_numpy(rules.inp(*of, rule="B")).float()
        for of in (
            ("x", (1, 64, 80), 0.3, 0.5),
            ("c_org", (1, 256), 0.1),
            ("c_trg", (1, 256), 0.1),
        )
    )
    t = torch.arange(64)
    with torch.inference_mode():
        before, after, codes = model(mel, source, target, ((7 * t**2 + 3 * t) % 257)[None])
    np.testing.assert_allclose(before, numbers["out_mel"], atol=1e-4, rtol=1e-4)
    np.testing.assert_allclose(after, numbers["out_mel_postnet"], atol=5e-4, rtol=1e-4)
    np.testing.assert_allclose(codes.flatten(1), numbers["out_codes"], atol=1e-5, rtol=1e-4)


def utterance(frames: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mel, F0 classes and embedding."""
    rng = np.random.default_rng(seed)
    mel = rng.uniform(0, 1, (frames, 80)).astype(np.float32)
    classes = rng.integers(0, 257, frames).astype(np.int16)
    return mel, classes, rng.standard_normal(256).astype(np.float32)


@settings(max_examples=15)
@given(frames=st.integers(0, 200))
def test_every_frame_of_an_utterance_is_converted(frames):
    converted = checkpoint().convert(*utterance(frames))
    assert converted.shape == (frames, 80)
    assert converted.dtype == np.float32
    assert np.isfinite(converted).all()


def test_an_utterance_is_padded_with_silence():
    saved = checkpoint()
    mel, classes, voice = utterance(50)
    longer = np.concatenate([mel, np.zeros((14, 80), np.float32)])
    np.testing.assert_array_equal(
        saved.convert(longer, np.append(classes, np.zeros(14, np.int16)), voice)[:50],
        saved.convert(mel, classes, voice),
    )


def test_who_speaks_and_who_shall_make_a_difference():
    saved = checkpoint()
    mel, classes, voice = utterance(64)
    usual = saved.convert(mel, classes, voice)
    assert not np.allclose(usual, saved.convert(mel, classes, -voice), atol=1e-4)
    assert not np.allclose(usual, saved.convert(mel, classes, voice, -saved.target), atol=1e-4)
    assert not np.allclose(usual, saved.convert(mel, classes * 0, voice), atol=1e-4)


def test_long_utterances_are_converted_in_pieces_without_a_seam():
    saved = checkpoint()
    hop = PIECE - OVERLAP
    mel, classes, voice = utterance(2 * hop + OVERLAP + 96)
    heard = ((mel - saved.mean) / saved.std).astype(np.float32)
    whole = convert(saved.model, heard, classes, voice, saved.target)
    parts = [
        convert(saved.model, *(a[k : k + PIECE] for a in (heard, classes)), voice, saved.target)
        for k in (0, hop, 2 * hop)
    ]
    # Outside the overlaps each piece stands alone ...
    np.testing.assert_array_equal(whole[:hop], parts[0][:hop])
    np.testing.assert_array_equal(whole[PIECE : 2 * hop], parts[1][OVERLAP:hop])
    np.testing.assert_array_equal(whole[2 * hop + OVERLAP :], parts[2][OVERLAP:])
    # ... and within them the step from one to the next is spread evenly.
    for k in (1, 2):
        before, after = parts[k - 1][hop:], parts[k][:OVERLAP]
        assert not np.allclose(before, after, atol=1e-4)
        share = (np.arange(OVERLAP)[:, None] + 0.5) / OVERLAP
        faded = before + share * (after - before)
        np.testing.assert_allclose(whole[k * hop :][:OVERLAP], faded, atol=1e-5)


@pytest.mark.parametrize("frames", [PIECE, PIECE + 32])
def test_pieces_begin_only_where_one_is_too_long(frames):
    saved = checkpoint()
    mel, classes, voice = utterance(frames)
    once = saved.model(
        torch.from_numpy(mel)[None],
        torch.from_numpy(voice)[None],
        torch.from_numpy(saved.target)[None],
        torch.from_numpy(classes)[None],
    )[1][0]
    same = np.allclose(
        convert(saved.model, mel, classes, voice, saved.target), once.detach(), atol=1e-5
    )
    assert same == (frames == PIECE)


def test_conversion_wants_whole_codes():
    saved = checkpoint()
    with pytest.raises(ValueError, match="32"):
        convert(saved.model, *utterance(33), saved.target)
    with pytest.raises(ValueError, match="F0"):
        saved.convert(np.zeros((40, 80)), np.zeros(39, np.int16), np.zeros(256))


def test_a_checkpoint_comes_back_as_it_was_saved(tmp_path):
    saved = checkpoint()
    saved.save(tmp_path / "best.pt")
    loaded = load_autovc(tmp_path / "best.pt")
    spoken = utterance(70)
    np.testing.assert_array_equal(loaded.convert(*spoken), saved.convert(*spoken))
    assert loaded.speakers.keys() == saved.speakers.keys()
    for name in ("digest", "target_name", "settings"):
        assert getattr(loaded, name) == getattr(saved, name)


def test_the_digest_tells_what_is_computed():
    saved = checkpoint()
    assert saved.digest == checkpoint(settings={}).digest
    others = [
        checkpoint(seed=1),
        checkpoint(mean=np.zeros(80, np.float32)),
        saved.aimed_at("앤 O'Hara"),
    ]
    assert len({saved.digest, *(other.digest for other in others)}) == 4


def test_the_target_is_a_speaker_or_a_file(tmp_path):
    saved = checkpoint()
    voice = saved.speakers["앤 O'Hara"]
    np.save(tmp_path / "voice.npy", voice)
    np.savetxt(tmp_path / "voice.txt", voice)
    for target in ("앤 O'Hara", str(tmp_path / "voice.npy"), str(tmp_path / "voice.txt")):
        np.testing.assert_allclose(saved.aimed_at(target).target, voice, atol=1e-7)
    assert saved.aimed_at(None) is saved


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("nobody", None, "ann, 앤 O'Hara"),
        ("short.txt", b"1 2 3", "3 numbers"),
        ("words.txt", b"one two", "cannot be read"),
        ("nan.txt", b"nan " * 256, "finite"),
        ("broken.npy", b"abc", "cannot be read"),
    ],
)
def test_wrong_targets_are_named(tmp_path, name, content, said):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=said) as raised:
        checkpoint().aimed_at(str(path))
    assert name in str(raised.value)


def test_training_starts_from_ours_or_the_published_file(tmp_path):
    saved = checkpoint()
    saved.save(tmp_path / "ours.pt")
    model, mean, std = load_autovc_start(tmp_path / "ours.pt")
    assert model.dims == small_dims()
    assert (mean[0], std[0]) == (saved.mean[0], saved.std[0])
    published = AutoVC()
    weights = {f"module.{key}": value for key, value in published.state_dict().items()}
    torch.save({"model": weights, "step": 3}, tmp_path / "ckpt_autovc.pth")
    model, mean, std = load_autovc_start(tmp_path / "ckpt_autovc.pth")
    assert all(torch.equal(v, model.state_dict()[k]) for k, v in published.state_dict().items())
    assert not mean.any()
    assert (std == 1).all()
    with pytest.raises(UserError, match="not an AutoVC checkpoint"):
        load_autovc(tmp_path / "ckpt_autovc.pth")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"G": {}}, "no AutoVC"),
        ({"model": {"decoder.lstm.bias_ih_l0": torch.zeros(3)}}, "do not fit"),
    ],
)
def test_wrong_starts_are_named(tmp_path, content, said):
    torch.save(content, tmp_path / "weights.pth")
    with pytest.raises(UserError, match=said):
        load_autovc_start(tmp_path / "weights.pth")
