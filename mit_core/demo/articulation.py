"""From phonemes to the mouth's movement: coarticulation, and lips that really close."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mit_core.demo.espeak import Phoneme, Utterance
from mit_core.demo.visemes import BILABIAL, BILABIAL_STOP, LABIODENTAL, targets
from mit_core.sequences import FloatArray

# How fast a sound's influence fades outside its own time, 1/s. Two unequal neighbours change
# over within some 100 ms, as lips do.
_FADE = 26.0
# A jaw is slower than lips.
_JAW_FADE = 19.0
# Lips take this long to meet or to part, s.
_CLOSING_TIME = 0.055
# Shortest visible hold of a closure, s: above the 0.04 s between two frames at 25 fps, so that
# one frame at least shows lips that touch.
_SHORTEST_CLOSURE = 0.056
_LONGEST_CLOSURE = 0.09
# eSpeak names a voiceless stop at its burst, after the silence of its closure, and most voiced
# ones at the start of the voicing bar: the silence is found in the audio, in steps of _BIN s, as
# what lies _SILENCE dB below the loudest step.
_BIN = 0.005
_SILENCE = 26.0
_BURST = 0.008


@dataclass(frozen=True)
class Articulation:
    """The mouth over time; each shape = (T,), float64, in the units of ``visemes.Viseme``.

    Attributes:
        lips_closed: 1 = the lips touch (p, b, m, rest).
        lip_on_teeth: 1 = the lower lip touches the upper teeth (f, v).
    """

    jaw: npt.NDArray[np.float64]
    width: npt.NDArray[np.float64]
    protrusion: npt.NDArray[np.float64]
    lower: npt.NDArray[np.float64]
    upper: npt.NDArray[np.float64]
    lips_closed: npt.NDArray[np.float64]
    lip_on_teeth: npt.NDArray[np.float64]


def articulate(
    utterance: Utterance, times: npt.NDArray[np.float64], gain: float = 1.0
) -> Articulation:
    """Mouth movement of ``utterance`` at ``times`` (T,) in seconds from its first sample.

    ``gain`` scales the opening (jaw and lips): 1 = as the visemes say.

    Targets are blended by dominance functions that fall off exponentially from each sound
    (Cohen and Massaro 1993, "Modeling coarticulation in synthetic visual speech"); contacts of
    the lips, which no blend may weaken, are laid over the blend. Times before the utterance and
    after it show the closed mouth at rest.
    """
    spans, aims = _aims(utterance.phonemes)
    distance = np.maximum(spans[:, :1] - times, times - spans[:, 1:]).clip(min=0)  # (N, T)
    # Blending within a sound's time too, since a short sound is never alone with the mouth
    middle = np.abs(spans.mean(1, keepdims=True) - times)
    away = distance + 0.35 * np.minimum(middle, 0.06)
    lips = aims[:, 5:] * np.exp(-_FADE * away)
    jaws = aims[:, 5:] * np.exp(-_JAW_FADE * away)
    lips, jaws = lips / lips.sum(0), jaws / jaws.sum(0)
    return Articulation(
        jaw=gain * aims[:, 0] @ jaws,
        width=aims[:, 1] @ lips,
        protrusion=aims[:, 2] @ lips,
        lower=gain * aims[:, 3] @ lips,
        upper=gain * aims[:, 4] @ lips,
        lips_closed=_contact(closures(utterance), times),
        lip_on_teeth=_contact(
            [(p.start, p.end) for p in utterance.phonemes if set(p.ipa) & LABIODENTAL], times
        ),
    )


def closures(utterance: Utterance) -> list[tuple[float, float]]:
    """(start, end) in seconds of each time the lips hold together: p, b, m and pauses."""
    quiet = _quiet_bins(utterance.audio, utterance.sample_rate)
    spans = [(-np.inf, 0.0), (utterance.seconds, np.inf)]
    for phoneme in utterance.phonemes:
        sounds = set(phoneme.ipa)
        if not phoneme.ipa:
            # a pause inside the sentence, long enough for lips to meet and part again
            if phoneme.end - phoneme.start > 2 * _CLOSING_TIME + 0.05:
                spans.append((phoneme.start + _CLOSING_TIME, phoneme.end - _CLOSING_TIME))
        elif sounds & BILABIAL_STOP:
            spans.append(_stop(phoneme, quiet))
        elif sounds & BILABIAL:
            spans.append(_at_least(phoneme.start, phoneme.end))
    return spans


def _stop(phoneme: Phoneme, quiet: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Closure of a p or b: the silence before its burst, or its voicing bar."""
    here = round(phoneme.start / _BIN)
    silent = 0
    while silent * _BIN < _LONGEST_CLOSURE and here > silent and quiet[here - silent - 1]:
        silent += 1
    if silent >= 2:
        release = phoneme.start + _BURST
        return min(release - _SHORTEST_CLOSURE, phoneme.start - silent * _BIN), release
    end = min(phoneme.end, phoneme.start + _LONGEST_CLOSURE)
    return _at_least(phoneme.start, end)


def _at_least(start: float, end: float) -> tuple[float, float]:
    missing = max(0.0, _SHORTEST_CLOSURE - (end - start)) / 2
    return start - missing, end + missing


def _quiet_bins(audio: FloatArray, sample_rate: int) -> npt.NDArray[np.bool_]:
    """Whether each _BIN seconds of the audio is silent beside the loudest; one bin is added."""
    size = round(_BIN * sample_rate)
    count = -(-len(audio) // size) + 1
    power = np.zeros(count * size)
    power[: len(audio)] = np.square(audio, dtype=np.float64)
    level = power.reshape(count, size).mean(1)
    quiet: npt.NDArray[np.bool_] = level < level.max() * 10 ** (-_SILENCE / 10)
    return quiet


def _contact(
    spans: list[tuple[float, float]], times: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """1 inside the spans, falling to 0 over _CLOSING_TIME outside, without a corner."""
    away = np.full(len(times), np.inf)
    for start, end in spans:
        away = np.minimum(away, np.maximum(start - times, times - end).clip(min=0))
    reach = (away / _CLOSING_TIME).clip(max=1)
    return 0.5 + 0.5 * np.cos(np.pi * reach)


def _aims(
    phonemes: tuple[Phoneme, ...],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Spans (N, 2) in seconds and targets (N, 6) of all visemes, with rest before and after."""
    spans: list[tuple[float, float]] = []
    aims: list[tuple[float, ...]] = []
    edges = (Phoneme("", -10.0, 0.0), *phonemes, Phoneme("", phonemes[-1].end, 1e3))
    for phoneme in edges:
        parts = targets(phoneme.ipa)
        cuts = np.linspace(phoneme.start, phoneme.end, len(parts) + 1)
        for viseme, start, end in zip(parts, cuts[:-1], cuts[1:], strict=True):
            spans.append((start, end))
            aims.append(
                (
                    viseme.jaw,
                    viseme.width,
                    viseme.protrusion,
                    viseme.lower,
                    viseme.upper,
                    viseme.insistence,
                )
            )
    return np.array(spans), np.array(aims)
