"""Whether a clip's lips and sound are in time and belong together, and what evidence that takes.

Clips are judged one by one, by what all other clips teach, and then the short clips of a speaker
together, by what other speakers teach. What is clearly off teaches no longer, and the rest is
looked at again. Where the footage cannot tell, nothing is said against it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mit_core.corpus.agreement import FURTHEST
from mit_core.corpus.lags import LISTENED, LONG_CLIP, Segment, lip_motion, listened_to
from mit_core.corpus.matching import Match, Stretch, match
from mit_core.corpus.sync import moved_frames
from mit_core.sequences import FEATURE_HZ

Array = npt.NDArray[np.floating]

IN_SYNC, UNCLEAR, OUT_OF_SYNC, DUBBED = "in_sync", "unclear", "out_of_sync", "dubbed"
REJECTED = (OUT_OF_SYNC, DUBBED)

# All in standard deviations of the scores of sounds that do not belong (``Match.belonging``).
_NO_BETTER = 1.0
"""Below, lips follow their own sound no better than others'. One clip of 119 by one speaker (3 s
each) lies below, and nine in ten of those that are given another clip's sound."""
_SHARE = 4.0
"""Where much more is expected, as of long clips, less than a fourth of it is no better either."""
_FOLLOWED, _SURE = 2.0, 3.0
"""From here on the best lag is the true one: where the speaker's other clips are known, and where
they are not."""
_GAIN = 1.5
"""What a lag beyond 192 ms must score more than the best within 96 ms."""
_FAR = 3.0
"""What clips of other speakers must lead one to expect before a clip is called dubbed: people and
recordings differ more than the clips of one."""
_TAUGHT = 1.0
"""What half of the corpus must reach before anything is said of the rest: else there is nothing
that lips could be seen to follow, or too little footage to have learned it."""
_COMPANY = 8
"""Fewest clips of the speaker, or other speakers, that tell what to expect; and stand-ins."""
_NORMAL = 0.6745
"""Median absolute deviation of a normal variable of standard deviation 1."""
_LEAST_DEVIATION = 0.05
"""Of correlations; a few clips may agree by chance."""
_LEARNED = 1250
"""Fewest frames (20 s) to learn from."""
_AT_ONCE, _AT_MOST = 0.25, 0.5
"""Shares of the footage that one pass, and all, may reject: where half disagrees with the other
half none can say who is right."""
_PASSES = 6


@dataclass(frozen=True)
class Finding:
    """What was found of one clip.

    Attributes:
        judged: ``clip``, or ``speaker``: all clips of its speaker together.
        offset: how much later it is heard than seen, in frames at 62.5 Hz; the best guess.
        correlation: of predicted and true lip motion at that lag.
        belonging: ``Match.belonging``.
        expected: what at least is expected of it by clips like it, in the same unit; NaN where
            there are too few.
        verdict: in_sync, unclear, out_of_sync or dubbed.
        seconds: that were listened to.
    """

    judged: str
    offset: int
    correlation: float
    belonging: float
    expected: float
    verdict: str
    seconds: float

    @property
    def rejected(self) -> bool:
        return self.verdict in REJECTED

    @property
    def offset_seconds(self) -> float:
        return self.offset / FEATURE_HZ


def find_synchrony(
    segments: Sequence[Segment], shifts: Mapping[str, int] | None = None
) -> dict[str, Finding]:
    """Judge every clip.

    Args:
        segments: all usable ones of the corpus.
        shifts: segment -> frames that it is shown later by (``lags.read_shifts``).

    Returns:
        Clip -> finding; clips of which nothing can be told are not in it.
    """
    seconds: dict[str, float] = {}
    for segment in segments:
        seconds[segment.clip] = seconds.get(segment.clip, 0.0) + segment.seconds
    parts = [
        _Part(
            segment,
            f"clip {segment.clip}",
            f"clip {segment.clip}"
            if seconds[segment.clip] >= LONG_CLIP
            else f"speaker {segment.speaker}",
            (shifts or {}).get(segment.name, 0),
        )
        for segment in segments
    ]
    together = _judge(parts, by_speaker=True)
    off = {p.whole for p in parts if p.whole in together and together[p.whole].rejected}
    alone = _judge([part for part in parts if part.whole not in off], by_speaker=False)
    found = {part.segment.clip: alone[part.clip] for part in parts if part.clip in alone}
    return found | {part.segment.clip: together[part.whole] for part in parts if part.whole in off}


@dataclass(frozen=True)
class _Part:
    """A segment, the names of the units that it is judged in, and what it has been moved by."""

    segment: Segment
    clip: str
    whole: str
    shift: int

    def stretch(self, *, by_speaker: bool) -> Stretch:
        return Stretch(
            self.read,
            round(min(self.segment.seconds, LISTENED) * FEATURE_HZ),
            self.whole if by_speaker else self.clip,
            self.segment.speaker if by_speaker else self.segment.clip,
        )

    def read(self) -> tuple[Array, Array]:
        mel, landmarks = self.segment.read()
        length = min(len(mel), len(landmarks), round(LISTENED * FEATURE_HZ))
        lips = lip_motion(landmarks[:length])
        return mel[:length], lips[moved_frames(length, self.shift)]


def _judge(parts: Sequence[_Part], *, by_speaker: bool) -> dict[str, Finding]:
    """Unit -> finding."""
    unit_of = {part.segment.name: part.whole if by_speaker else part.clip for part in parts}
    units: dict[str, list[_Part]] = {}
    for part in parts:
        units.setdefault(unit_of[part.segment.name], []).append(part)
    heard = {
        unit: listened_to(its, lambda part: part.segment.seconds) for unit, its in units.items()
    }
    stretches = [p.stretch(by_speaker=by_speaker) for its in heard.values() for p in its]
    frames = {
        u: sum(round(p.segment.seconds * FEATURE_HZ) for p in its) for u, its in units.items()
    }
    rejected: set[str] = set()
    findings: dict[str, Finding] = {}
    for _ in range(_PASSES):
        matches = match(stretches, rejected)
        known = _Known(
            matches, {unit: its[0].segment.speaker for unit, its in units.items()}, rejected
        )
        findings = {
            unit: _finding(found, units[unit][0], known, "speaker" if by_speaker else "clip")
            for unit, found in matches.items()
        }
        now = _worst(findings, frames, rejected)
        if now == rejected:
            break
        rejected = now
    return {
        unit: replace(finding, verdict=UNCLEAR)
        if finding.rejected and unit not in rejected
        else finding
        for unit, finding in findings.items()
    }


def _worst(
    findings: Mapping[str, Finding], frames: Mapping[str, int], before: Collection[str]
) -> set[str]:
    """The units to do without from now on: those of before that are still off, and the worst."""
    everything = sum(frames.values())
    now = {unit for unit in before if findings[unit].rejected}
    order = sorted(
        (unit for unit, finding in findings.items() if finding.rejected and unit not in now),
        key=lambda unit: (
            findings[unit].verdict != OUT_OF_SYNC,
            -abs(findings[unit].offset),
            frames[unit],
            unit,
        ),
    )
    added = 0
    for unit in order:
        if added and added + frames[unit] > _AT_ONCE * everything:
            break
        if sum(frames[other] for other in now) + frames[unit] <= _AT_MOST * everything:
            now.add(unit)
            added += frames[unit]
    return now


class _Known:
    """What to expect of a clip, by the clips of its speaker, or by other speakers."""

    def __init__(
        self, matches: Mapping[str, Match], speakers: Mapping[str, str], rejected: Collection[str]
    ):
        self._of: dict[str, list[float]] = {}
        for unit, found in matches.items():
            if unit not in rejected:
                r = found.correlation if found.belonging >= _FOLLOWED else 0.0
                self._of.setdefault(speakers[unit], []).append(r)
        everything = [found.belonging for found in matches.values()]
        self.anything = bool(everything) and float(np.median(everything)) >= _TAUGHT
        self._all = _least([float(np.median(own)) for own in self._of.values()])

    def least(self, speaker: str) -> tuple[float, float]:
        """The correlation that nearly all reach, NaN where nothing is known; and what it must be
        worth before a clip is called dubbed."""
        own = _least(self._of.get(speaker, ()))
        return (self._all, _FAR) if np.isnan(own) else (own, _NO_BETTER)


def _least(correlations: Sequence[float]) -> float:
    """Two standard deviations below the middle; NaN of too few."""
    if len(correlations) <= _COMPANY:  # the one in question is among them
        return float("nan")
    middle = float(np.median(correlations))
    deviation = float(np.median(np.abs(np.subtract(correlations, middle)))) / _NORMAL
    return middle - 2 * max(deviation, _LEAST_DEVIATION)


def _finding(found: Match, part: _Part, known: _Known, judged: str) -> Finding:
    least, enough = known.least(part.segment.speaker)
    expected = found.worth(least * np.sqrt(found.frames))
    return Finding(
        judged=judged,
        offset=found.best + part.shift,
        correlation=found.correlation,
        belonging=found.belonging,
        expected=expected,
        verdict=_verdict(found, expected, enough) if known.anything else UNCLEAR,
        seconds=found.frames / FEATURE_HZ,
    )


def _verdict(found: Match, expected: float, enough: float) -> str:
    if found.learned < _LEARNED or found.stand_ins < _COMPANY or np.isnan(found.belonging):
        return UNCLEAR
    followed = expected >= enough
    if followed and found.belonging < np.clip(expected / _SHARE, _NO_BETTER, _SURE):
        return DUBBED
    if found.belonging < (_FOLLOWED if enough == _NO_BETTER else _SURE):
        return UNCLEAR
    if abs(found.best) <= FURTHEST:
        return IN_SYNC
    return OUT_OF_SYNC if found.gain >= _GAIN else UNCLEAR
