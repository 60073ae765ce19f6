"""Blinks, at moments that nothing foretells but a seed."""

import numpy as np
import numpy.typing as npt

_SHUT_S = 0.16
"""Seconds for the lids to meet: 10 frames at 62.5 Hz, as published."""
_REOPEN_S = 0.24
"""Seconds to open again: 15 frames."""
_SHORTEST_S, _MEAN_S = 1.6, 3.5
"""Seconds between blinks while speaking: at least and on average (17 a minute; Bentivoglio et al.
1997 count 26 in conversation and 17 at rest)."""
_PUBLISHED_FIRST_S, _PUBLISHED_BETWEEN_S = 30 / 62.5, (90 / 62.5, 150 / 62.5)
_FIRST_S = 0.5
"""The first blink of a clip does not come before this."""


def closing_times(seconds: float, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Moments in seconds when the lids are shut; none in a clip too short for a whole blink."""
    times = []
    time = _FIRST_S + rng.exponential(_MEAN_S - _SHORTEST_S)
    while time + _REOPEN_S < seconds:
        times.append(time)
        time += _SHORTEST_S + rng.exponential(_MEAN_S - _SHORTEST_S)
    return np.array(times)


def published_times(seconds: float, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Moments as MakeItTalk has them: after .48 s, and then every 1.44 to 2.4 s.

    About 31 a minute: more than people blink.
    """
    times, time = [], _PUBLISHED_FIRST_S
    while time + _REOPEN_S < seconds:
        times.append(time)
        time += rng.uniform(*_PUBLISHED_BETWEEN_S)
    return np.array(times)


def lid_closure(
    n_frames: int, rate: float, closing: npt.NDArray[np.floating]
) -> npt.NDArray[np.float64]:
    """How far the lids are shut in each frame.

    Args:
        n_frames: frames wanted.
        rate: frames a second.
        closing: moments in seconds when the lids are shut (``closing_times``).

    Returns:
        shape = (n_frames,), 0 open to 1 shut, linear in time on either side of each moment.
    """
    since = np.arange(n_frames)[:, None] / rate - np.asarray(closing)[None]
    ramp = np.where(since < 0, 1 + since / _SHUT_S, 1 - since / _REOPEN_S)
    return np.clip(ramp, 0, 1).max(axis=1, initial=0.0)
