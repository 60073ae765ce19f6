"""eSpeak NG's phonemes and sound, and the mouth that follows them."""

import time
from pathlib import Path

import espeakng_loader
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mit_core.demo.articulation import articulate, closures
from mit_core.demo.espeak import Phoneme, Utterance, Voice, speak
from mit_core.demo.plan import plan
from mit_core.demo.speakers import SPEAKERS
from mit_core.demo.visemes import VISEMES, targets
from mit_core.errors import UserError

VOICE = Voice("en-us+f2", rate=155, pitch=50, range=50)
LABIALS = "Papa bought a baby puppy, my mother may move the lamp, but Bob begged for more maps."


@pytest.fixture(scope="module")
def labials():
    return speak(VOICE, LABIALS)


def level(utterance: Utterance, start: float, end: float) -> float:
    part = utterance.audio[
        round(start * utterance.sample_rate) : round(end * utterance.sample_rate)
    ]
    return float(np.sqrt(np.mean(np.square(part, dtype=np.float64))))


@pytest.mark.parametrize("name", sorted(SPEAKERS))
def test_speech_does_not_hear_the_clock(name: str) -> None:
    first = speak(SPEAKERS[name].voice, LABIALS)
    time.sleep(1.1)  # seeds by the clock change by the second
    assert np.array_equal(speak(SPEAKERS[name].voice, LABIALS).audio, first.audio)


def test_same_words_same_samples(labials):
    again = speak(VOICE, LABIALS)
    assert np.array_equal(again.audio, labials.audio)
    assert again.phonemes == labials.phonemes


def test_phonemes_cover_the_audio_without_gaps(labials):
    assert labials.phonemes[0].start == 0
    assert labials.phonemes[-1].end == pytest.approx(labials.seconds)
    for one, next_one in zip(labials.phonemes[:-1], labials.phonemes[1:], strict=True):
        assert one.end == next_one.start
        assert one.end > one.start


def test_times_are_those_of_the_sound(labials):
    """Open vowels are loud and voiceless closures silent at the very times that are told."""
    loudest = max(level(labials, p.start, p.end) for p in labials.phonemes)
    vowels = [p for p in labials.phonemes if "ˈ" in p.ipa and p.end - p.start > 0.08]
    assert len(vowels) > 4
    for vowel in vowels:
        middle = (vowel.start + vowel.end) / 2
        assert level(labials, middle - 0.02, middle + 0.02) > 0.2 * loudest
    # the 15 ms before the burst of a p inside a word
    inside = [
        p
        for before, p in zip(labials.phonemes[:-1], labials.phonemes[1:], strict=True)
        if p.ipa == "p" and before.ipa
    ]
    assert inside
    for stop in inside:
        assert level(labials, stop.start - 0.02, stop.start - 0.005) < 0.05 * loudest


def test_an_unknown_voice_is_named():
    with pytest.raises(UserError, match="xx-nobody"):
        speak(Voice("xx-nobody", 150, 50, 50), "Hello.")


@pytest.mark.parametrize("name", sorted(SPEAKERS))
def test_every_sound_of_the_corpus_has_a_viseme(name):
    clips = [clip for clip in plan() if clip.speaker == name][:6]
    for clip in clips:
        for phoneme in speak(SPEAKERS[name].voice, clip.text).phonemes:
            letters = [symbol for symbol in phoneme.ipa if symbol.isalpha() and symbol not in "ːˈˌ"]
            assert set(letters) <= set(VISEMES), phoneme


def test_diphthongs_move_and_stress_opens():
    assert len(targets("aɪ")) == 2
    assert targets("ˈʌ")[0].jaw > targets("ʌ")[0].jaw
    assert targets("")[0].jaw == 0


def test_lips_close_in_every_bilabial_at_25_frames_a_second(labials):
    """However the frames fall against the sound, each p, b and m shows one closed frame."""
    held = [span for span in closures(labials) if np.isfinite(span).all()]
    sounds = [p for p in labials.phonemes if set(p.ipa) & set("pbm")]
    assert len(held) >= len(sounds) > 12
    for phase in np.linspace(0, 0.04, 5, endpoint=False):
        times = np.arange(phase, labials.seconds, 0.04)
        closed = articulate(labials, times).lips_closed > 0.999
        for sound in sounds:
            near = (times > sound.start - 0.1) & (times < sound.end + 0.03)
            assert closed[near].any(), sound


def test_before_and_after_the_mouth_rests(labials):
    times = np.array([-0.3, -0.2, labials.seconds + 0.2, labials.seconds + 0.4])
    mouth = articulate(labials, times)
    assert np.all(mouth.lips_closed == 1)
    assert np.all(mouth.jaw < 0.02)


def test_rounded_and_open_vowels_differ():
    spoken = speak(VOICE, "Do food and shoe. Spa father calm.")
    mouth = articulate(spoken, np.arange(0, spoken.seconds, 0.005))
    shapes = {}
    for phoneme in spoken.phonemes:
        middle = int((phoneme.start + phoneme.end) / 2 / 0.005)
        shapes.setdefault(phoneme.ipa, []).append((mouth.jaw[middle], mouth.width[middle]))
    rounded, opened = np.mean(shapes["ˈuː"], axis=0), np.mean(shapes["ˈɑː"], axis=0)
    assert opened[0] > rounded[0] + 0.4
    assert rounded[1] < opened[1] - 0.4


sounds = st.sampled_from(["p", "b", "m", "f", "v", "s", "w", "ˈɑː", "iː", "uː", "aɪ", "ʃ", "", "t"])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(sounds, st.floats(0.02, 0.3)), min_size=1, max_size=12))
def test_any_sequence_moves_smoothly_and_within_bounds(parts):
    ends = np.cumsum([length for _, length in parts])
    phonemes = tuple(
        Phoneme(ipa, end - length, end) for (ipa, length), end in zip(parts, ends, strict=True)
    )
    rate = 1000
    audio = np.full(int(ends[-1] * rate), 0.1, np.float32)
    times = np.arange(-0.2, ends[-1] + 0.2, 0.002)
    mouth = articulate(Utterance(audio, rate, phonemes), times)
    for name, low, high in (("jaw", 0, 1), ("width", -1, 1), ("protrusion", 0, 1)):
        curve = getattr(mouth, name)
        assert curve.min() >= low - 1e-9
        assert curve.max() <= high + 1e-9
        assert np.abs(np.diff(curve)).max() < 0.12  # a jump would be near 1
    assert np.abs(np.diff(mouth.lips_closed)).max() < 0.12


def test_it_speaks_from_a_deep_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """eSpeak NG itself takes paths of 160 bytes at most."""
    deep = tmp_path.joinpath(*["environments of a project"] * 8)
    deep.mkdir(parents=True)
    data = deep / "espeak-ng-data"
    data.symlink_to(espeakng_loader.get_data_path())
    shallow = speak(VOICE, "Hello")
    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(data))
    np.testing.assert_array_equal(speak(VOICE, "Hello").audio, shallow.audio)
