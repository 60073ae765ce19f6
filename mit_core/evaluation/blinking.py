"""How often eyes blink, read off landmarks."""

import numpy as np
import numpy.typing as npt

from mit_core.faces.points import as_points
from mit_core.faces.scheme import LEFT_EYE, LID_PAIRS, RIGHT_EYE

_OPEN_PERCENTILE = 90
"""Of a clip's eye openings: wide open, single errors apart."""
_SHUT = 0.6
"""Of that: lids nearer than so are blinking. Detected lids of a full blink seldom quite meet."""
_LONGEST = 0.5
"""Seconds; a blink takes .1 to .4 (Stern et al. 1984), what is longer is a look down or sleep."""


def eye_aspect(landmarks: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """How open the eyes are, mean of both: distance of the lids over the eye's width
    (Soukupova & Cech 2016).

    Args:
        landmarks: shape = (T, 204) or (T, 68, 2 or 3).

    Returns:
        shape = (T,), about .3 for open eyes.
    """
    points = np.asarray(as_points(landmarks), np.float64)[..., :2]
    uppers, lowers = (list(side) for side in zip(*LID_PAIRS, strict=True))
    gaps = np.linalg.norm(points[:, lowers] - points[:, uppers], axis=-1).mean(axis=1)
    widths = [
        np.linalg.norm(points[:, eye[3]] - points[:, eye[0]], axis=-1)
        for eye in (RIGHT_EYE, LEFT_EYE)
    ]
    aspect: npt.NDArray[np.float64] = gaps / np.mean(widths, axis=0)
    return aspect


def count_blinks(landmarks: npt.NDArray[np.floating], hertz: float) -> int:
    """Blinks in a clip: lids below .6 of the clip's open eyes for at most half a second.

    Args:
        landmarks: shape = (T, 204) or (T, 68, 2 or 3); frames that are no numbers are open.
        hertz: frames a second.
    """
    opening = eye_aspect(landmarks)
    known = opening[np.isfinite(opening)]
    if not len(known):
        return 0
    wide = np.percentile(known, _OPEN_PERCENTILE)
    shut = np.concatenate([[False], np.nan_to_num(opening, nan=wide) < _SHUT * wide, [False]])
    steps = np.diff(shut.astype(int))
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    return int(np.count_nonzero((ends - starts) / hertz <= _LONGEST))


def blinks_a_minute(clips: list[npt.NDArray[np.floating]], hertz: float) -> float:
    """Blinks a minute over clips of one person; nan where there is nothing to look at."""
    minutes = sum(map(len, clips)) / hertz / 60
    if not minutes:
        return float("nan")
    return sum(count_blinks(clip, hertz) for clip in clips) / minutes
