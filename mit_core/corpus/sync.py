"""How much later than the picture each unit of footage is heard, relative to all the others.

A ridge regression from a window of the mel to the lips' motion is fitted on everybody else; where
the lips follow its prediction best when they are moved in time, sound and picture are apart by
that much (the idea of Chung and Zisserman 2016, without a network). A lag that all share cannot be
seen, and need not be: training absorbs it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mit_core.corpus.agreement import FURTHEST, Curve, Lag, agreement

Array = npt.NDArray[np.float64]

_BANDS, _AROUND = 20, 10
"""The mel is thinned to 20 bands; lips are predicted from 10 frames, 160 ms, before to 10 after."""
PENALTY = 300.0
"""Of the ridge; from 100 to 1000 the lags found are the same."""
_SLOW = 41
"""Frames (0.66 s) of the running mean that is taken off the lips' motion: phrases and moods rise
and fall too slowly to tell a time."""
_FOLDS = 10
_AT_ONCE = 0.25
"""Share of the footage that one pass may move. Of two that disagree only one is to move, and what
looks late beside late footage must be looked at again."""
_PASSES = 12


@dataclass(frozen=True)
class Piece:
    """A stretch of footage, as it is listened to here.

    Attributes:
        mel: shape = (T, 80), log-mel.
        lips: shape = (T, K), signals that follow the lips' motion, any unit.
        unit: what has one lag: all pieces of a clip, or of a speaker.
        group: whose other pieces may not be learned from: the speaker.
    """

    mel: npt.NDArray[np.floating]
    lips: npt.NDArray[np.floating]
    unit: str
    group: str


def find_lags(pieces: Sequence[Piece]) -> dict[str, Lag]:
    """The lag of every unit; none where there is nobody to compare with.

    Footage is moved in passes, the furthest off first and the smaller of two that disagree, until
    nothing more is clearly off; so most of the footage stays as it is.

    Args:
        pieces: of all units; those of less than 0.8 s are ignored.
    """
    pieces = [p for p in pieces if len(p.mel) > 4 * FURTHEST]
    groups = sorted({piece.group for piece in pieces})
    if len(groups) < 2:
        return {piece.unit: Lag(0, float("nan"), float("nan"), False) for piece in pieces}
    ridge = _Ridge(pieces)
    shifts = dict.fromkeys([piece.unit for piece in pieces], 0)
    for _ in range(_PASSES):
        curves = ridge.curves(shifts)
        wrong = {
            unit: curve
            for unit, curve in curves.items()
            if curve.clear(shifts[unit]) and curve.frames <= ridge.frames / 2
        }
        moved = 0
        order = sorted(wrong, key=lambda u: (-abs(wrong[u].best - shifts[u]), wrong[u].frames, u))
        for unit in order:
            if moved and moved + wrong[unit].frames > _AT_ONCE * ridge.frames:
                break
            shifts[unit] = wrong[unit].best
            moved += wrong[unit].frames
        if not moved:
            break
    return {unit: curve.lag(shifts[unit]) for unit, curve in ridge.curves(shifts).items()}


class _Ridge:
    """Normal equations of every fold, and what each unit's motion would be by the others'."""

    def __init__(self, pieces: Sequence[Piece]):
        self.pieces = pieces
        self.lips = [fast_part(piece.lips) for piece in pieces]
        self.frames = sum(len(piece.mel) for piece in pieces)
        self.folds = _folds(pieces)
        width = heard_around(pieces[0].mel).shape[1]
        self.squares = np.zeros((max(self.folds.values()) + 1, width, width))
        for piece in pieces:
            heard = heard_around(piece.mel)
            self.squares[self.folds[piece.group]] += heard.T @ heard

    def curves(self, shifts: Mapping[str, int]) -> dict[str, Curve]:
        """Every unit's curve over all lags, the others moved by ``shifts``."""
        products = np.zeros((*self.squares.shape[:2], self.lips[0].shape[1]))
        for piece, lips in zip(self.pieces, self.lips, strict=True):
            moved = lips[moved_frames(len(lips), shifts[piece.unit])]
            products[self.folds[piece.group]] += heard_around(piece.mel).T @ moved
        all_squares, all_products = self.squares.sum(axis=0), products.sum(axis=0)
        all_squares[np.diag_indices_from(all_squares)] += PENALTY
        weights = [
            np.linalg.solve(all_squares - squares, all_products - product)
            for squares, product in zip(self.squares, products, strict=True)
        ]
        curves: dict[str, Curve] = {}
        for piece, lips in zip(self.pieces, self.lips, strict=True):
            predicted = heard_around(piece.mel) @ weights[self.folds[piece.group]]
            curve = agreement(predicted, lips)
            known = curves.get(piece.unit)
            curves[piece.unit] = curve if known is None else known + curve
        return curves


def moved_frames(length: int, later: int) -> npt.NDArray[np.int64]:
    """Which frame stands where once all have moved ``later`` frames; the ends repeat."""
    return np.clip(np.arange(length) - later, 0, length - 1)


def _folds(pieces: Sequence[Piece]) -> dict[str, int]:
    """Group -> fold, folds of about the same length."""
    frames: dict[str, int] = {}
    for piece in pieces:
        frames[piece.group] = frames.get(piece.group, 0) + len(piece.mel)
    filled = [0] * min(_FOLDS, len(frames))
    folds = {}
    for group in sorted(frames, key=lambda g: (-frames[g], g)):
        folds[group] = int(np.argmin(filled))
        filled[folds[group]] += frames[group]
    return folds


def heard_around(mel: npt.NDArray[np.floating]) -> Array:
    """What is heard around each frame, each band standardised; shape = (T, 420)."""
    bands = np.asarray(mel, np.float64).reshape(len(mel), _BANDS, -1).mean(axis=2)
    # .03: a silent band must not be blown up; mel deviates by .1 to .2
    bands = (bands - bands.mean(axis=0)) / np.maximum(bands.std(axis=0), 0.03)
    padded = np.pad(bands, ((_AROUND, _AROUND), (0, 0)), mode="edge")
    steps = range(2 * _AROUND + 1)
    return np.concatenate([padded[step : step + len(bands)] for step in steps], axis=1)


def fast_part(lips: npt.NDArray[np.floating], slow: int = _SLOW) -> Array:
    """The motion without its slow part, each signal's deviation 1 (0 where it is still).

    Args:
        slow: frames of the running mean that is the slow part, odd.
    """
    kernel = np.hanning(slow + 2)[1:-1]
    padded = np.pad(np.asarray(lips, np.float64), ((slow // 2,) * 2, (0, 0)), mode="edge")
    mean = np.stack([np.convolve(column, kernel / kernel.sum(), "valid") for column in padded.T], 1)
    fast = lips - mean
    fast -= fast.mean(axis=0)
    deviation = fast.std(axis=0)
    return fast / np.where(deviation > 0, deviation, 1.0)
