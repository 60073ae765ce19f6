"""Two series beside each other in time: how alike they are, how much later one comes."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating]


def correlation_at(late: Array, early: Array, lag: int) -> float:
    """Correlation of ``late[t + lag]`` with ``early[t]``, shape = (T,) each.

    Frames where either is no number are left out; nan where either stands still.
    """
    length = len(late) - abs(lag)
    one, other = late[max(lag, 0) :][:length], early[max(-lag, 0) :][:length]
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < 2 or np.ptp(one[both]) == 0 or np.ptp(other[both]) == 0:
        return float("nan")
    return float(np.corrcoef(one[both], other[both])[0, 1])


def best_lag(late: Array, early: Array, furthest: int) -> float:
    """Frames that ``late`` comes after ``early``: the lag of the highest correlation.

    Args:
        late, early: shape = (T,) each.
        furthest: lags of up to so many frames either way are tried, as far as T allows.

    Returns:
        A whole number; of equal correlations the smallest lag. nan where either stands still.
    """
    reach = min(furthest, len(late) - 3)
    lags = sorted(range(-reach, reach + 1), key=abs)
    scores = np.array([correlation_at(late, early, lag) for lag in lags])
    return float(lags[int(np.nanargmax(scores))]) if np.isfinite(scores).any() else float("nan")
