"""Laws of the speech features that hold for any recording."""

import subprocess
import sys
from pathlib import Path

import librosa
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mit_core.errors import ClipError, UserError
from mit_core.media.audio import read_audio
from mit_core.speech.activity import speech_frames
from mit_core.speech.analysis import SpeechSettings, analyse_speech
from mit_core.speech.content_feature import open_content_feature
from mit_core.speech.embedding import speaker_embedding
from mit_core.speech.f0 import UNVOICED, choose_range, log_f0, normalise_f0, quantise_f0
from mit_core.speech.features import load_speech, save_speech
from mit_core.speech.loudness import dbfs, to_dbfs
from mit_core.speech.mel import log_mel
from mit_core.speech.mel_bands import hz_to_mel, mel_to_hz

RATE = 16000


def noise(n: int, level: float = 0.1, seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).normal(size=n) * level).astype(np.float32)


def buzz(hertz: float, seconds: float = 1.5) -> np.ndarray:
    """A voice-like pulse train: equal harmonics with a slow drift of pitch."""
    time = np.arange(int(seconds * RATE)) / RATE
    phase = 2 * np.pi * hertz * (time + 0.002 * np.sin(2 * np.pi * 3 * time))
    harmonics = range(1, int(3500 / hertz))
    return (sum(np.sin(k * phase) for k in harmonics) / len(harmonics)).astype(np.float32)


@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 9000))
@example(n=1)
@example(n=17)
@example(n=255)
@example(n=256)
@example(n=1023)
@example(n=4096)
def test_every_clock_agrees_for_any_length(n: int) -> None:
    audio = noise(n)
    mel, f0 = log_mel(audio), log_f0(audio, 50, 250)
    assert mel.shape == (n // 256 + 1, 80)
    assert mel.dtype == np.float32
    assert np.isfinite(mel).all() and mel.min() >= 0 and mel.max() <= 1
    assert f0.shape == (n // 256 + 1,)
    assert speech_frames(audio).shape == (n // 640,)


def test_mel_in_blocks_is_mel_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    audio = noise(20_000)
    whole = log_mel(audio)
    monkeypatch.setattr("mit_core.speech.mel._BLOCK", 7)
    np.testing.assert_array_equal(log_mel(audio), whole)


def test_a_click_lands_in_the_frame_at_its_time() -> None:
    audio = np.zeros(RATE, dtype=np.float32)
    audio[256 * 30] = 0.9
    assert log_mel(audio).sum(axis=1).argmax() == 30


@pytest.mark.parametrize("shape", [(0,), (10, 2)])
def test_audio_of_a_wrong_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="mono"):
        log_mel(np.zeros(shape, dtype=np.float32))


@given(
    values=st.lists(st.floats(3.5, 6.5), max_size=30),
    unvoiced=st.lists(st.booleans(), min_size=30, max_size=30),
)
@example(values=[], unvoiced=[True] * 30)
@example(values=[5.0], unvoiced=[False] * 30)
@example(values=[5.1] * 3, unvoiced=[False] * 30)
def test_normalised_f0_is_in_range_and_never_nan(values: list[float], unvoiced: list[bool]) -> None:
    f0 = np.array(values, dtype=float)
    f0[np.array(unvoiced[: len(f0)], dtype=bool)] = UNVOICED
    normalised = normalise_f0(f0)
    voiced = f0 > UNVOICED
    assert np.all(normalised[~voiced] == UNVOICED)
    assert np.all((normalised[voiced] >= 0) & (normalised[voiced] <= 1))
    classes = quantise_f0(normalised)
    assert np.all((classes > 0) == voiced) and classes.max(initial=0) <= 256


def test_f0_does_not_depend_on_what_was_tracked_before() -> None:
    voice = buzz(120)
    before = log_f0(voice, 50, 250)
    for n in (1601, 2000, 2003):
        log_f0(noise(n), 100, 600)
        np.testing.assert_array_equal(log_f0(voice, 50, 250), before)


def test_one_voiced_frame_and_a_monotone_lie_in_the_middle() -> None:
    one = np.array([UNVOICED, 5.0, UNVOICED])
    assert normalise_f0(one)[1] == 0.5
    np.testing.assert_array_equal(normalise_f0(np.full(7, np.log(111.1))), 0.5)


@pytest.mark.parametrize(
    ("hertz", "name"), [(95, "low"), (130, "low"), (205, "high"), (320, "high")]
)
def test_range_follows_the_speakers_median(hertz: float, name: str) -> None:
    chosen = choose_range(buzz(hertz))
    assert chosen.name == name
    assert chosen.median_hz == pytest.approx(hertz, rel=0.03)


def test_range_of_silence_is_defined() -> None:
    chosen = choose_range(np.zeros(RATE, dtype=np.float32))
    assert chosen.name == "low" and chosen.median_hz is None


@given(level=st.floats(1e-3, 0.9), target=st.floats(-40, -5))
def test_loudness_is_reached_without_clipping(level: float, target: float) -> None:
    audio = noise(4000)
    audio *= level / np.abs(audio).max()
    before = audio.copy()
    levelled = to_dbfs(audio, target)
    np.testing.assert_array_equal(audio, before)
    # one gain for all samples, peaks included
    ratio = levelled[np.abs(audio) > 1e-4] / audio[np.abs(audio) > 1e-4]
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-5)
    # the level is counted in whole steps of 16 bits, coarse for the faintest
    steps = 10 ** (dbfs(audio) / 20) * 32768
    rms = np.sqrt(np.mean(levelled.astype(float) ** 2))
    assert 0 <= 20 * np.log10(rms) - target + 1e-4 < 20 * np.log10(1 + 1 / steps) + 2e-4


def test_silence_stays_silence() -> None:
    silence = np.zeros(RATE, dtype=np.float32)
    np.testing.assert_array_equal(to_dbfs(silence), silence)


@pytest.mark.parametrize(
    "audio",
    [noise(1), noise(300), np.zeros(RATE, dtype=np.float32), noise(RATE, level=3.0), buzz(120)],
    ids=["one sample", "short", "silent", "above full scale", "voiced"],
)
def test_embedding_is_a_unit_vector_whatever_it_hears(audio: np.ndarray) -> None:
    embedding = speaker_embedding(audio)
    assert embedding.shape == (256,) and embedding.dtype == np.float32
    assert np.linalg.norm(embedding) == pytest.approx(1, abs=1e-5)


def test_embedding_in_pieces_is_close_to_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    audio = np.concatenate([buzz(120, 6), buzz(140, 6)])
    whole = speaker_embedding(audio)
    monkeypatch.setattr("mit_core.speech.embedding._LONGEST_AT_ONCE", RATE * 4)
    assert whole @ speaker_embedding(audio) > 0.98


def test_silent_recordings_hold_no_speech() -> None:
    assert not speech_frames(np.zeros(RATE, dtype=np.float32)).any()
    assert not speech_frames(noise(RATE, level=2e-4)).any()


def test_speech_is_found_where_it_is(footage: Path) -> None:
    voice = read_audio(footage / "speech" / "arctic_a0007.wav")
    gap = np.zeros(2 * RATE, dtype=np.float32)
    spoken = speech_frames(np.concatenate([gap, voice, gap]))
    middle = spoken[50:-50]
    assert middle[5:-15].mean() > 0.8
    assert spoken[:45].sum() == 0 and spoken[-40:].sum() == 0
    # ten times quieter is the same speech
    quiet = speech_frames(np.concatenate([gap, voice, gap]) * 0.1)
    assert (quiet == spoken).mean() > 0.95


def test_analysis_is_saved_and_read_back(tmp_path: Path) -> None:
    audio = buzz(200)
    features = analyse_speech(audio)
    assert features.f0_range == "high" and features.seconds == audio.size / RATE
    path = tmp_path / "두 번째 clip.npz"
    save_speech(path, features)
    again = load_speech(path)
    for name, value in vars(features).items():
        np.testing.assert_array_equal(getattr(again, name), value)


def test_analysis_does_not_depend_on_the_recording_level() -> None:
    audio = buzz(120)
    loud, quiet = analyse_speech(audio), analyse_speech(audio * 0.1)
    np.testing.assert_allclose(quiet.mel, loud.mel, atol=2e-3)
    assert loud.embedding @ quiet.embedding > 0.999


def test_a_user_learns_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(ClipError, match="no sample"):
        analyse_speech(np.zeros(0, dtype=np.float32))
    with pytest.raises(ClipError, match="no numbers"):
        analyse_speech(np.full(1000, np.nan, dtype=np.float32))
    with pytest.raises(UserError, match="auto, low, high"):
        analyse_speech(noise(4000), SpeechSettings(f0_range="alto"))
    with pytest.raises(UserError, match="choose one of: mel, autovc"):
        open_content_feature("melody")
    with pytest.raises(UserError, match="missing"):
        load_speech(tmp_path / "missing.npz")


def test_mel_feature_is_the_mel_itself() -> None:
    speech = analyse_speech(noise(4000))
    np.testing.assert_array_equal(open_content_feature("mel")(speech), speech.mel)


def test_mel_scale_is_that_of_the_bands() -> None:
    hz = np.linspace(20, 8000, 400)
    mel = hz_to_mel(hz)
    np.testing.assert_allclose(mel, librosa.hz_to_mel(hz), rtol=1e-9)
    np.testing.assert_allclose(mel_to_hz(mel), hz, rtol=1e-9)


def test_mel_does_not_pay_for_torch() -> None:
    code = "import mit_core.speech.mel, mit_core.speech.f0, mit_core.speech.activity, sys; "
    code += "assert 'torch' not in sys.modules and 'resemblyzer' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
