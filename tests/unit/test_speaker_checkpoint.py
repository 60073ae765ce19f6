"""A speaker-aware checkpoint comes back whole, and any length of speech moves without a seam."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mit_core.errors import UserError
from mit_core.models.checkpoint import FeatureScaling
from mit_core.models.noise import harmonic_noise
from mit_core.models.speaker_aware import EMBEDDING_GAIN, SpeakerAware, SpeakerDims
from mit_core.models.speaker_checkpoint import SpeakerCheckpoint, fill_speaker, load_speaker
from mit_core.models.stretches import fade, stretch_starts
from mit_core.models.windows import windows

SMALL = SpeakerDims(features=4, hidden=8, noise=4, width=8, heads=2, layers=1, feed_forward=16)


def checkpoint(**changes) -> SpeakerCheckpoint:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = SpeakerAware(SMALL).eval()
    values = {
        "model": model,
        "scaling": FeatureScaling(np.full(4, 0.5, np.float32), np.full(4, 2.0, np.float32)),
        "predict_frame": 12,
        "stretch": 40,
        "noise": "harmonic",
        "mean_face": np.random.default_rng(0).standard_normal(204).astype(np.float32),
        "feature": "autovc:0123",
        "speakers": {"앤 O'Hara": unit(1)},
        "settings": {"steps": 3, "initial": None},
        "measures": {"style": 0.1},
    }
    return SpeakerCheckpoint(**(values | changes))


def unit(seed: int) -> np.ndarray:
    values = np.random.default_rng(seed).standard_normal(256).astype(np.float32)
    return values / np.linalg.norm(values)


def speech(length: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((length, 4)).astype(np.float32)


def test_a_checkpoint_comes_back_as_it_was_saved(tmp_path):
    saved = checkpoint()
    saved.save(tmp_path / "best.pt")
    loaded = load_speaker(tmp_path / "best.pt")
    np.testing.assert_array_equal(
        loaded.predict(speech(90), unit(2), 5), saved.predict(speech(90), unit(2), 5)
    )
    np.testing.assert_array_equal(loaded.mean_face, saved.mean_face)
    np.testing.assert_array_equal(loaded.speakers["앤 O'Hara"], unit(1))
    for name in ("predict_frame", "stretch", "noise", "feature", "settings", "measures"):
        assert getattr(loaded, name) == getattr(saved, name)


def test_the_published_file_fills_the_network(tmp_path):
    model, path = SpeakerAware(), tmp_path / "ckpt_speaker_branch.pth"
    entries = {f"module.{key}": value for key, value in model.state_dict().items()}
    entries["comb_mlp.0.weight"] = torch.zeros(2)
    other = SpeakerAware()
    fill_speaker(other, {"G": entries}, path)
    assert all(torch.equal(v, other.state_dict()[k]) for k, v in model.state_dict().items())
    with pytest.raises(UserError, match="do not fit"):
        fill_speaker(SpeakerAware(SMALL), {"G": entries}, path)
    torch.save({"G": entries}, path)
    with pytest.raises(UserError, match=r"ckpt_speaker_branch\.pth is not a speaker-aware"):
        load_speaker(path)


@pytest.mark.parametrize("noise", ["harmonic", "none"])
def test_a_recording_of_one_stretch_is_one_call_of_the_network(noise):
    made = checkpoint(noise=noise)
    features = speech(30)
    heard = torch.from_numpy(windows(made.scaling(features), 12).copy())
    moved = torch.zeros(30, 4)
    if noise == "harmonic":
        moved = torch.from_numpy(harmonic_noise(0, 30, 4, np.random.default_rng(3)))
    embedding = torch.from_numpy(unit(2))[None] * EMBEDDING_GAIN
    with torch.inference_mode():
        expected = made.model(heard, embedding, moved)
    np.testing.assert_allclose(made.predict(features, unit(2), 3), expected, atol=1e-6)


@given(count=st.integers(1, 700), stretch=st.integers(2, 300))
def test_stretches_cover_everything_and_overlap(count, stretch):
    starts = stretch_starts(count, stretch)
    length = min(stretch, count)
    weights = np.zeros(count)
    for start in starts:
        weights[start : start + length] += fade(length)
    assert (weights > 0).all()
    assert starts[-1] + length == count
    assert all(0 < b - a <= max(stretch // 2, 1) for a, b in itertools.pairwise(starts))


def test_what_comes_later_changes_nothing_far_before():
    made = checkpoint()
    long = speech(400)
    first = made.predict(long[:250], unit(2))
    np.testing.assert_allclose(made.predict(long, unit(2))[:160], first[:160], atol=1e-6)
    assert np.abs(made.predict(long, unit(2))[249] - first[249]).max() > 1e-4


def test_stretches_leave_no_seam():
    made = checkpoint(stretch=64)
    steady = np.ones((400, 4), np.float32)  # so that only noise and stretches move anything
    moved = made.predict(steady, unit(2))
    jumps = np.abs(np.diff(moved, n=2, axis=0)).max(axis=1)
    joins = [s + o for s in stretch_starts(400, 64) for o in (0, 63) if 2 < s + o < 397]
    elsewhere = np.setdiff1d(np.arange(len(jumps)), np.add.outer(joins, range(-3, 2)).ravel())
    assert jumps[joins].max() < 2 * jumps[elsewhere].max()


def test_seed_and_speaker_change_the_motion():
    made = checkpoint()
    base = made.predict(speech(50), unit(2), 0)
    np.testing.assert_array_equal(base, made.predict(speech(50), unit(2), 0))
    assert np.abs(base - made.predict(speech(50), unit(2), 1)).max() > 1e-3
    assert np.abs(base - made.predict(speech(50), unit(3), 0)).max() > 1e-4
    still = replace(made, noise="none")
    np.testing.assert_array_equal(
        still.predict(speech(50), unit(2), 0), still.predict(speech(50), unit(2), 1)
    )


def test_no_speech_is_no_motion():
    assert checkpoint().predict(speech(0), unit(2)).shape == (0, 204)
    with pytest.raises(ValueError, match=r"\(T, 4\)"):
        checkpoint().predict(np.zeros((10, 80), np.float32), unit(2))


def test_a_style_is_a_speaker_a_file_or_the_voice_itself(tmp_path):
    made = checkpoint()
    np.testing.assert_array_equal(made.embedding_of(None, unit(7)), unit(7))
    np.testing.assert_array_equal(made.embedding_of("앤 O'Hara", unit(7)), unit(1))
    np.save(tmp_path / "voice.npy", unit(4))
    np.testing.assert_array_equal(made.embedding_of(str(tmp_path / "voice.npy"), unit(7)), unit(4))
    with pytest.raises(UserError, match=r"animate\.style 'bob'.*O'Hara"):
        made.embedding_of("bob", unit(7))


@settings(max_examples=20)
@given(start=st.integers(0, 10**6), cut=st.integers(1, 99))
def test_noise_goes_on_where_it_stopped(start, cut):
    def noise(first, frames):
        return harmonic_noise(first, frames, 16, np.random.default_rng(1))

    whole = noise(start, 100)
    np.testing.assert_allclose(
        whole, np.concatenate([noise(start, cut), noise(start + cut, 100 - cut)]), atol=1e-5
    )


def test_noise_has_unit_power():
    power = np.square(harmonic_noise(0, 62_500, 128, np.random.default_rng(0))).mean(axis=0)
    np.testing.assert_allclose(power, 1, atol=0.02)
