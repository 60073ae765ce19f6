"""Speech features against the numbers of the published implementation."""

from pathlib import Path

import numpy as np
import pytest

from mit_core.media.audio import read_audio
from mit_core.speech.conditioning import condition
from mit_core.speech.embedding import speaker_embedding
from mit_core.speech.f0 import RANGES, log_f0, normalise_f0, quantise_f0
from mit_core.speech.loudness import dbfs, to_dbfs
from mit_core.speech.mel import _mel_basis, log_mel


@pytest.fixture(scope="module")
def dsp(reference: Path) -> dict[str, np.ndarray]:
    with np.load(reference / "dsp" / "synth_16k.npz") as arrays:
        return dict(arrays)


@pytest.fixture(scope="module")
def raw(reference: Path) -> np.ndarray:
    return read_audio(reference / "dsp" / "synth_16k.wav")


@pytest.fixture(scope="module")
def levelled(dsp: dict[str, np.ndarray]) -> np.ndarray:
    return dsp["pcm_norm"].astype(np.float32) / 32768


def test_loudness_reaches_the_same_samples(raw: np.ndarray, dsp: dict[str, np.ndarray]) -> None:
    assert dbfs(raw) == pytest.approx(float(dsp["dbfs_in"]), abs=1e-9)
    gain = 10 ** ((-20 - dbfs(raw)) / 20)
    # ours stays in floats; the published one was cut down to whole numbers
    pcm = np.floor(raw.astype(float) * 32768 * gain)
    np.testing.assert_array_equal(pcm, dsp["pcm_norm"])
    np.testing.assert_allclose(to_dbfs(raw), raw * gain, rtol=1e-6)


def test_mel_basis(reference: Path) -> None:
    with np.load(reference / "dsp" / "filters.npz") as arrays:
        np.testing.assert_allclose(_mel_basis().T, arrays["mel_basis_80x513"], atol=1e-8)


def test_mel(levelled: np.ndarray, dsp: dict[str, np.ndarray]) -> None:
    np.testing.assert_allclose(log_mel(levelled), dsp["S"], atol=1e-5)


def test_mel_of_the_whole_chain_differs_by_16_bit_noise_alone(
    raw: np.ndarray, dsp: dict[str, np.ndarray]
) -> None:
    difference = np.abs(log_mel(to_dbfs(raw)) - dsp["S"])
    assert difference.max() < 0.005  # half a decibel, in the faintest band
    assert difference[dsp["S"] > 0.5].max() < 5e-4


@pytest.mark.parametrize(("name", "letter"), [("high", "F"), ("low", "M")])
def test_f0(levelled: np.ndarray, dsp: dict[str, np.ndarray], name: str, letter: str) -> None:
    normalised = normalise_f0(log_f0(levelled, RANGES[name].low, RANGES[name].high))
    np.testing.assert_allclose(normalised, dsp[f"f0_norm_{letter}"], atol=1e-6)
    np.testing.assert_array_equal(quantise_f0(normalised), dsp[f"f0_bin_{letter}"])


def test_f0_classes(reference: Path) -> None:
    with np.load(reference / "dsp" / "quantize_f0_interp.npz") as arrays:
        np.testing.assert_array_equal(quantise_f0(arrays["x"]), arrays["bin"])


@pytest.mark.parametrize("which", ["raw", "norm"])
def test_embedding(
    raw: np.ndarray, levelled: np.ndarray, dsp: dict[str, np.ndarray], which: str
) -> None:
    audio = raw if which == "raw" else levelled
    np.testing.assert_allclose(speaker_embedding(audio), dsp[f"resem_{which}_mean"], atol=1e-5)


def test_high_pass_leaves_speech_and_removes_rumble() -> None:
    seconds = np.arange(16000) / 16000
    hum, voice = np.sin(2 * np.pi * 10 * seconds), np.sin(2 * np.pi * 300 * seconds)
    middle = slice(4000, 12000)
    assert np.abs(condition(hum)[middle]).max() < 0.01
    np.testing.assert_allclose(condition(voice)[middle], 0.95 * voice[middle], atol=1e-3)
