"""One clip before it has pixels: what is heard, and where the 68 landmarks are in each frame."""

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mit_core.clocks import VIDEO_HZ
from mit_core.demo.articulation import articulate
from mit_core.demo.espeak import Phoneme, Utterance, speak
from mit_core.demo.face import Expression, Face
from mit_core.demo.motion import move
from mit_core.demo.plan import DemoClip
from mit_core.demo.speakers import SPEAKERS
from mit_core.demo.visemes import is_stressed
from mit_core.sequences import FloatArray

_BEFORE, _AFTER = 0.3, 0.4  # s of rest around the sentence; the second is rounded up to a frame
_ROOM_TONE = 10 ** (-65 / 20)  # no recording is digitally silent: noise at -65 dBFS


@dataclass(frozen=True)
class Performance:
    """A clip's sound and movement.

    Attributes:
        audio: shape = (n,), float32 in [-1, 1], n a whole number of frames.
        sample_rate: Hz.
        landmarks: shape = (T, 68, 3), float32, pixels; frame k is the moment k / 25 s.
        phonemes: with times from the clip's first sample.
        expression: lids, brows and head over the T frames.
    """

    audio: FloatArray
    sample_rate: int
    landmarks: npt.NDArray[np.float32]
    phonemes: tuple[Phoneme, ...]
    expression: Expression


def perform(clip: DemoClip, face: Face) -> Performance:
    """Speak and move one clip. Equal clips give equal performances, whatever else was made.

    Raises:
        UserError: as ``espeak.speak``.
    """
    speaker = SPEAKERS[clip.speaker]
    rng = np.random.default_rng(zlib.crc32(clip.id.encode()))
    utterance = speak(speaker.voice, clip.text)
    audio = _padded(utterance, rng)
    times = np.arange(len(audio) * VIDEO_HZ // utterance.sample_rate) / VIDEO_HZ - _BEFORE
    stresses = [p.start for p in utterance.phonemes if is_stressed(p.ipa)]
    expression = move(speaker.style, times, stresses, rng)
    mouth = articulate(utterance, times, speaker.articulation)
    phonemes = tuple(Phoneme(p.ipa, p.start + _BEFORE, p.end + _BEFORE) for p in utterance.phonemes)
    landmarks = face.landmarks(mouth, expression)
    return Performance(audio, utterance.sample_rate, landmarks, phonemes, expression)


def _padded(utterance: Utterance, rng: np.random.Generator) -> FloatArray:
    """The speech between two rests, in a room's faint noise, a whole number of frames long."""
    rate = utterance.sample_rate
    before = round(_BEFORE * rate)
    frame = rate / VIDEO_HZ
    frames = int(np.ceil((before + len(utterance.audio) + _AFTER * rate) / frame))
    audio = rng.normal(0, _ROOM_TONE, round(frames * frame))
    audio[before : before + len(utterance.audio)] += utterance.audio
    return audio.clip(-1, 1).astype(np.float32)
