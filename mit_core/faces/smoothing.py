"""Smoothing along time."""

import numpy as np
import numpy.typing as npt


def savitzky_golay(
    values: npt.NDArray[np.floating], window: int, order: int
) -> npt.NDArray[np.float64]:
    """Savitzky-Golay filter along axis 0, the edges fitted by their own polynomial.

    Sequences shorter than ``window`` are smoothed with the longest odd window that fits, and left
    as they are where that window is no longer than the polynomial's order.

    Args:
        values: shape = (T, ...).
        window: odd length in frames.
        order: order of the polynomial (Savitzky & Golay 1964).
    """
    # scipy.signal takes a second to import, and much that smooths nothing imports this module.
    from scipy.signal import savgol_filter

    if window < 1 or window % 2 == 0:
        raise ValueError(f"the smoothing window must be odd and positive, got {window}")
    values = np.asarray(values, dtype=np.float64)
    fitting = min(window, len(values) - (len(values) + 1) % 2)
    if fitting <= order:
        return values.copy()
    return savgol_filter(values, fitting, order, axis=0, mode="interp")
