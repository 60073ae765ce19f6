"""What a speaker does beside speaking: turning the head, blinking, lifting the brows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mit_core.demo.face import Expression

Array = npt.NDArray[np.float64]

_WAVES = 7  # sinusoids in a wander: enough that it does not repeat within a clip
_NOD_TIME = 0.13  # s, standard deviation of one nod's bell
_SHUT, _HELD, _REOPEN = 0.09, 0.05, 0.17  # s, phases of a blink
_SHORTEST_PAUSE = 0.7  # s between two blinks


@dataclass(frozen=True)
class Style:
    """How a speaker holds and moves the head.

    Attributes:
        turn: degrees (standard deviation) of pitch, yaw and roll.
        frequency: Hz, about which the wandering of each of the three lies.
        shift: eye units (standard deviation), sideways and up, at the yaw's frequency.
        nod: degrees, chin down on stressed syllables.
        nodding: probability that a stressed syllable is nodded.
        brow: eye units, lifted with a nodded syllable.
        blink_every: s, mean time between blinks.
    """

    turn: tuple[float, float, float]
    frequency: tuple[float, float, float]
    shift: tuple[float, float]
    nod: float
    nodding: float
    brow: float
    blink_every: float


def move(
    style: Style, times: Array, stresses: Sequence[float], rng: np.random.Generator
) -> Expression:
    """Movement at ``times`` (T,) in seconds, with ``stresses`` the seconds of stressed vowels."""
    turn = np.stack(
        [
            amplitude * _wander(times, frequency, rng)
            for amplitude, frequency in zip(style.turn, style.frequency, strict=True)
        ],
        axis=1,
    )
    shift = np.stack(
        [amplitude * _wander(times, style.frequency[1], rng) for amplitude in style.shift], axis=1
    )
    beat = np.zeros(len(times))
    for stress in stresses:
        if rng.random() < style.nodding:
            bell = np.exp(-0.5 * ((times - stress) / _NOD_TIME) ** 2)
            beat = np.maximum(beat, rng.uniform(0.5, 1.0) * bell)
    turn[:, 0] += style.nod * beat
    return Expression(_blinks(times, style.blink_every, rng), style.brow * beat, turn, shift)


def _wander(times: Array, frequency: float, rng: np.random.Generator) -> Array:
    """A smooth random curve (T,) of unit variance with its power about ``frequency`` Hz."""
    frequencies = frequency * rng.uniform(0.6, 1.4, _WAVES)
    phases = rng.uniform(0, 2 * np.pi, _WAVES)
    waves = np.sin(2 * np.pi * frequencies * times[:, None] + phases)
    wander: Array = waves.sum(1) * np.sqrt(2 / _WAVES)
    return wander


def _blinks(times: Array, every: float, rng: np.random.Generator) -> Array:
    """Lid closure (T,) from 0 to 1, at intervals that no listener could foretell."""
    lids = np.zeros(len(times))
    start = times[0] + rng.uniform(0.2, every)
    while start < times[-1]:
        since = times - start
        shutting = np.clip(since / _SHUT, 0, 1)
        opening = np.clip((since - _SHUT - _HELD) / _REOPEN, 0, 1)
        ease = 0.5 - 0.5 * np.cos(np.pi * shutting)
        lids = np.maximum(lids, ease * (0.5 + 0.5 * np.cos(np.pi * opening)))
        start += _SHORTEST_PAUSE + rng.exponential(max(every - _SHORTEST_PAUSE, 0.1))
    return lids
