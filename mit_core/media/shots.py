"""Where one shot of a video ends and the next begins."""

from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt

# Frames are compared this small (width, height): heads and hands that move then change little.
_SIZE = (48, 48)
# Colour histogram: hue matters most, brightness least, since light flickers.
_BINS = (16, 8, 8)
# Frames on each side that count as "around" a change: 0.2 s at 25 fps.
_NEIGHBOURS = 5
# Below this mean change (of 255) the pictures around count as still: camera noise.
_STILL = 0.5
# The bounds below were set on 40 clips of people speaking, some filmed by moving cameras, and on
# 80 joints of two such clips, most of one person before one background. Within a shot the largest
# change was 16, the largest ratio to the changes around 4.2, the largest histogram distance .26;
# at the joints the ratio was 6.7 and more in all but one.
_MIN_CHANGE = 4.5
_MIN_RATIO = 5.5
# New colours make up for a lower ratio, as where the camera moves before and after the cut.
_COLOUR_MIN_CHANGE = 10.0
_COLOUR_MIN_RATIO = 3.0
# Bhattacharyya distance of the two histograms: 0 equal, 1 disjoint.
_COLOUR_MIN_DISTANCE = 0.4


def shot_cuts(frames: Iterable[npt.NDArray[np.uint8]]) -> list[int]:
    """Numbers of the frames that begin a new shot; the first frame is not among them.

    A cut is a change of picture far larger than the changes around it, or somewhat larger and with
    other colours. A jump cut counts, since landmarks jump with it; fades and dissolves do not.

    Args:
        frames: shape = (H, W, 3) each, RGB uint8; read once, none is kept.
    """
    changes = [0.0]
    distances = [0.0]
    last: tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]] | None = None
    for frame in frames:
        small, histogram = _describe(frame)
        if last is not None:
            changes.append(float(cv2.absdiff(small, last[0]).mean()))
            distances.append(cv2.compareHist(histogram, last[1], cv2.HISTCMP_BHATTACHARYYA))
        last = small, histogram
    change = np.array(changes)
    around = np.array([_mean_around(change, index) for index in range(len(change))])
    ratio = change / np.maximum(around, _STILL)
    jump = (change >= _MIN_CHANGE) & (ratio >= _MIN_RATIO)
    colours = (
        (change >= _COLOUR_MIN_CHANGE)
        & (ratio >= _COLOUR_MIN_RATIO)
        & (np.array(distances) >= _COLOUR_MIN_DISTANCE)
    )
    return [int(index) for index in np.flatnonzero(jump | colours)]


def _describe(
    frame: npt.NDArray[np.uint8],
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    small = cv2.resize(frame, _SIZE, interpolation=cv2.INTER_AREA)
    colours = cv2.cvtColor(small, cv2.COLOR_RGB2HSV)
    histogram = cv2.calcHist([colours], [0, 1, 2], None, list(_BINS), [0, 180, 0, 256, 0, 256])
    return np.asarray(small, np.uint8), np.asarray(histogram, np.float32)


def _mean_around(change: npt.NDArray[np.float64], index: int) -> float:
    begin = max(1, index - _NEIGHBOURS)
    others = np.r_[change[begin:index], change[index + 1 : index + 1 + _NEIGHBOURS]]
    return float(others.mean()) if others.size else 0.0
