"""Speech with exact phoneme times, from eSpeak NG.

The wheel ``espeakng-loader`` carries library and data (GPL-3, a dependency of its own: nothing of
it is shipped here). Each sentence is spoken by a fresh process, because inside one process
eSpeak's output depends on what it said before: so a clip's audio depends on its voice and text
alone, and not on which other clips were made.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import espeakng_loader
import numpy as np

from mit_core.demo import espeak_worker
from mit_core.errors import UserError
from mit_core.sequences import FloatArray


@dataclass(frozen=True)
class Voice:
    """How eSpeak NG speaks.

    Attributes:
        name: language and variant, e.g. ``en-us+f2``.
        rate: words a minute, 80 to 450.
        pitch: 0 to 100, relative to the variant's own.
        range: of the pitch, 0 to 100; 0 is monotone.
    """

    name: str
    rate: int
    pitch: int
    range: int


@dataclass(frozen=True)
class Phoneme:
    """One sound: IPA text (with stress marks; empty = pause), start and end in seconds."""

    ipa: str
    start: float
    end: float


@dataclass(frozen=True)
class Utterance:
    """A spoken sentence.

    Attributes:
        audio: shape = (n,), float32 in [-1, 1].
        sample_rate: Hz.
        phonemes: in order and without gaps, from 0 to the end of the audio.
    """

    audio: FloatArray
    sample_rate: int
    phonemes: tuple[Phoneme, ...]

    @property
    def seconds(self) -> float:
        return len(self.audio) / self.sample_rate


def speak(voice: Voice, text: str) -> Utterance:
    """Speak ``text``.

    Equal arguments give equal samples and times on one installation of the library.

    Raises:
        UserError: eSpeak NG does not know the voice, or fails.
    """
    # -I -S: the worker needs the standard library alone, and starts three times faster so
    command = [sys.executable, "-I", "-S", espeak_worker.__file__]
    library, data = espeakng_loader.get_library_path(), Path(espeakng_loader.get_data_path())
    numbers = [str(n) for n in (voice.rate, voice.pitch, voice.range)]
    arguments = [str(library), ".", voice.name, *numbers, text]
    # it takes paths of 160 bytes at most, and environments may lie deeper
    done = subprocess.run(command + arguments, capture_output=True, check=False, cwd=data.parent)
    if done.returncode != 0:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        raise UserError(
            f"eSpeak NG could not speak as '{voice.name}': {words[-1] if words else 'no message'}. "
            "See its list of voices for the names it knows."
        )
    head, _, pcm = done.stdout.partition(b"\n")
    answer = json.loads(head)
    rate = int(answer["sample_rate"])
    audio = np.frombuffer(pcm, dtype=np.int16).astype(np.float32) / 32768
    return Utterance(audio, rate, _joined(answer["phonemes"], rate, len(audio)))


def _joined(events: list[tuple[str, int]], rate: int, samples: int) -> tuple[Phoneme, ...]:
    """Phonemes from their first samples: each lasts until the next; silence stands before."""
    starts = [("", 0), *((ipa, min(sample, samples)) for ipa, sample in events)]
    ends = [sample for _, sample in starts[1:]] + [samples]
    return tuple(
        Phoneme(ipa, start / rate, end / rate)
        for (ipa, start), end in zip(starts, ends, strict=True)
        if end > start
    )
