"""How well lips follow their own sound, moved in time, and how well they follow other sounds.

A permutation test: a clip's lips are compared with the motion that a ridge regression, fitted on
other footage, predicts from the clip's own sound and from the sounds of other clips in its place.
Sounds that do not belong tell what chance, and a corpus's common timing of sentences, are worth.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
from scipy.fft import irfft, next_fast_len, rfft

from mit_core.corpus.sync import PENALTY, fast_part, heard_around

Array = npt.NDArray[np.float64]

REACH = 62
"""Frames either way that are searched: 1 s. What is further apart does not look related at all."""
NEAR = 6
"""Frames (96 ms) either way in which a clip that is in time is followed best."""
STAND_INS = 40
"""Other sounds that a clip's lips are compared with, at most."""
_SLOW = 81
"""Frames (1.3 s) of the running mean that is taken off the lips' motion: whether two belong
together is told by slower motion than when (``sync``)."""
_FOLDS = 10
_LEARNED = 120_000
"""Frames (32 min) that the regression is fitted on at most, spread over all of the corpus."""
_OVERLAP = 0.5
"""Share of a stretch that a lag must leave to compare."""


@dataclass(frozen=True)
class Stretch:
    """A segment, as it is listened to here.

    Attributes:
        read: gives its mel (T, 80) and signals (T, K) that follow the lips' motion, any unit.
        frames: about T.
        unit: what is judged together: all stretches of a clip, or of a speaker.
        group: whose other stretches may not be learned from, nor stand in: the clip or the speaker.
    """

    read: Callable[[], tuple[npt.NDArray[np.floating], npt.NDArray[np.floating]]]
    frames: int
    unit: str
    group: str


@dataclass(frozen=True)
class Match:
    """How well a unit's lips follow its own sound, and others'.

    A score is a correlation times the root of the frames compared, so that what chance is worth is
    about the same for all lengths.

    Attributes:
        best: the lag at which the own sound is followed best, frames, -62..62: it is heard later
            than seen, if above 0.
        correlation: of predicted and true motion at that lag.
        score: at that lag.
        near: the best score within 96 ms.
        chance, deviation: mean and standard deviation of the best scores of sounds that do not
            belong; NaN without any.
        stand_ins: how many these are.
        frames: that were listened to.
        learned: frames of other footage that the prediction was learned from.
    """

    best: int
    correlation: float
    score: float
    near: float
    chance: float
    deviation: float
    stand_ins: int
    frames: int
    learned: int

    @property
    def belonging(self) -> float:
        """How much better the own sound is followed than others: standard deviations above them.

        Each at its best lag. About 0 where the sound does not belong; NaN where none can tell.
        """
        return self.worth(self.score)

    @property
    def gain(self) -> float:
        """What the best lag scores more than the best within 96 ms, in the same unit."""
        return self.worth(self.score) - self.worth(self.near)

    def worth(self, score: float) -> float:
        """A score in standard deviations above those of sounds that do not belong."""
        return (score - self.chance) / self.deviation if self.deviation > 0 else float("nan")


def match(stretches: Sequence[Stretch], unlearned: Collection[str] = ()) -> dict[str, Match]:
    """Match every unit.

    Args:
        stretches: of all units.
        unlearned: units that are matched, but neither learned from nor taken as stand-ins.

    Returns:
        Unit -> match; nothing where there are fewer than two groups to learn from.
    """
    good = [s for s in stretches if s.unit not in unlearned]
    if len({s.group for s in good}) < 2:
        return {}
    fold_of = {g: i % _FOLDS for i, g in enumerate(sorted({s.group for s in stretches}))}
    weights, learned = _weights(good, fold_of)
    pool = _spread(good, STAND_INS + 1)  # of which a clip is one itself
    motions = [_motions(stretch, weights) for stretch in pool]
    units: dict[str, list[Stretch]] = {}
    for stretch in stretches:
        units.setdefault(stretch.unit, []).append(stretch)
    matches: dict[str, Match] = {}
    for fold, weight in enumerate(weights):
        predicted = [motion[fold] for motion in motions]
        for unit, its in units.items():
            if fold_of[its[0].group] == fold:
                group = its[0].group
                others = [p for o, p in zip(pool, predicted, strict=True) if o.group != group]
                sums = [_sums(stretch, weight, others) for stretch in its]
                matches[unit] = _told(reduce(_Sums.__add__, sums), learned[fold])
    return matches


@dataclass(frozen=True)
class _Sums:
    """Over a unit, of its own sound and S others, at every lag of +-62 frames.

    Attributes:
        products: shape = (1 + S, 125), of prediction times truth.
        heard: shape = (1 + S, 125), of squares of the predictions.
        seen: shape = (125,), of squares of the truth.
        frames: shape = (125,), that were compared.
    """

    products: Array
    heard: Array
    seen: Array
    frames: Array

    def __add__(self, other: "_Sums") -> "_Sums":
        return _Sums(
            self.products + other.products,
            self.heard + other.heard,
            self.seen + other.seen,
            self.frames + other.frames,
        )


def _told(sums: _Sums, learned: int) -> Match:
    norm = np.sqrt(sums.heard * sums.seen)
    r = sums.products / np.where(norm > 0, norm, np.inf)
    enough = sums.frames >= _OVERLAP * sums.frames.max()
    scores = np.where(enough, r * np.sqrt(sums.frames), -np.inf)
    best = int(np.argmax(scores[0]))
    others = scores[1:].max(axis=1) if len(scores) > 2 else np.full(2, np.nan)
    return Match(
        best=best - REACH,
        correlation=float(r[0, best]),
        score=float(scores[0, best]),
        near=float(scores[0, REACH - NEAR : REACH + NEAR + 1].max()),
        chance=float(others.mean()),
        # of one more drawn like them, which the mean of a few does not hit exactly
        deviation=float(others.std(ddof=1) * np.sqrt(1 + 1 / len(others))),
        stand_ins=len(scores) - 1,
        frames=int(sums.frames[REACH]),
        learned=learned,
    )


def _weights(
    stretches: Sequence[Stretch], fold_of: Mapping[str, int]
) -> tuple[list[Array], list[int]]:
    """The regression of each fold, fitted on the others, and the frames it was fitted on."""
    share = min(1.0, _LEARNED / sum(stretch.frames for stretch in stretches))
    folds = max(fold_of.values()) + 1
    squares: Array | None = None
    for stretch in _spread(stretches, max(2, round(share * len(stretches)))):
        mel, lips = stretch.read()
        heard, seen = heard_around(mel), fast_part(lips, _SLOW)
        if squares is None:
            width = heard.shape[1]
            squares = np.zeros((folds, width, width))
            products = np.zeros((folds, width, seen.shape[1]))
            frames = np.zeros(folds, int)
        fold = fold_of[stretch.group]
        squares[fold] += heard.T @ heard
        products[fold] += heard.T @ seen
        frames[fold] += len(heard)
    assert squares is not None
    all_squares, all_products = squares.sum(axis=0), products.sum(axis=0)
    all_squares[np.diag_indices_from(all_squares)] += PENALTY
    weights = [
        np.linalg.solve(all_squares - own, all_products - product)
        for own, product in zip(squares, products, strict=True)
    ]
    return weights, [int(frames.sum() - own) for own in frames]


def _motions(stretch: Stretch, weights: Sequence[Array]) -> list[Array]:
    """What each fold's regression predicts of a stretch's sound; shape = (T, K) each."""
    heard = heard_around(stretch.read()[0])
    return [heard @ weight for weight in weights]


def _spread(stretches: Sequence[Stretch], count: int) -> list[Stretch]:
    """So many of them, evenly spread."""
    places = np.linspace(0, len(stretches) - 1, min(count, len(stretches)))
    return [stretches[place] for place in np.unique(places.astype(int))]


def _sums(stretch: Stretch, weight: Array, others: Sequence[Array]) -> _Sums:
    """Over one stretch, at every lag: what is seen at t is heard at t + lag."""
    mel, lips = stretch.read()
    own = heard_around(mel) @ weight
    length = min(len(own), len(lips))
    seen = fast_part(lips, _SLOW)[:length].T
    heard = np.empty((1 + min(len(others), STAND_INS), *seen.shape))
    heard[0] = own[:length].T
    for place in range(1, len(heard)):
        heard[place] = _stand_in(others, place - 1, length).T
    size = next_fast_len(length + REACH, real=True)  # zeros behind, so that nothing wraps around
    spectra = np.einsum("skf,kf->sf", rfft(heard, size), rfft(seen, size).conj())
    lags = np.arange(-REACH, REACH + 1)
    start, end = np.clip(-lags, 0, length), np.clip(length - lags, 0, length)
    end = np.maximum(start, end)
    here, there = np.clip(start + lags, 0, length), np.clip(end + lags, 0, length)
    energy = np.pad(np.cumsum(np.square(heard).sum(axis=1), axis=1), ((0, 0), (1, 0)))
    truth = np.pad(np.cumsum(np.square(seen).sum(axis=0)), (1, 0))
    return _Sums(
        products=irfft(spectra, size)[:, lags],
        heard=energy[:, there] - energy[:, here],
        seen=truth[end] - truth[start],
        frames=(end - start).astype(float),
    )


def _stand_in(others: Sequence[Array], first: int, length: int) -> Array:
    """One of the others, continued by those that follow it; shape = (length, K)."""
    parts: list[Array] = []
    while length > 0:
        parts.append(others[first % len(others)][:length])
        length -= len(parts[-1])
        first += 1
    return np.concatenate(parts)
