"""Every frame's window of speech features, as a view."""

from typing import Any

import numpy as np
import numpy.typing as npt

WINDOW = 18
"""Feature frames that one landmark frame is predicted from: 18 * 16 ms = 0.29 s."""


def padded(features: npt.NDArray[Any], predict_frame: int) -> npt.NDArray[Any]:
    """Repeat the end frames so that every frame has a whole window; shape = (T + 17, F).

    Args:
        features: shape = (T, F), T >= 1.
        predict_frame: which frame of its window a landmark frame is, 0..17.
    """
    if not 0 <= predict_frame < WINDOW:
        raise ValueError(f"predict_frame is {predict_frame}; it must be 0 to {WINDOW - 1}")
    return np.pad(features, ((predict_frame, WINDOW - 1 - predict_frame), (0, 0)), mode="edge")


def windows(features: npt.NDArray[Any], predict_frame: int) -> npt.NDArray[Any]:
    """Window t holds frames t - predict_frame ... t - predict_frame + 17; shape = (T, 18, F).

    A read-only strided view of one padded copy, so memory does not grow 18-fold. Frames beyond an
    end repeat the end frame, so no landmark frame is lost at either end.
    """
    frames = padded(features, predict_frame)
    return np.lib.stride_tricks.sliding_window_view(frames, WINDOW, axis=0).swapaxes(1, 2)
