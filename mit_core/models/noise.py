"""Noise that a head can be moved by: smooth in time, without end, and the same for a seed.

The speaker-aware branch has 128 random numbers a frame, which the published code leaves at 0, so
that nothing random can come out. White noise would be smoothed away, since heads move slowly; a
bank of sinusoids of all speeds that heads move at lets the network pick, for each speaker and axis,
the spectrum of their motion (as random-phase synthesis does), and is defined for every moment, so
that pieces of a long recording fit together.
"""

import numpy as np
import numpy.typing as npt

from mit_core.clocks import FEATURE_HZ

_SLOWEST_HZ, _FASTEST_HZ = 0.08, 3.0
"""A turn of 12 s to a nod of a third of a second: what head motion in speech spans."""

NOISES = ("harmonic", "none")


def harmonic_noise(
    start: int, frames: int, channels: int, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Sinusoids of unit power and random phase, one a channel, from slow to fast.

    Args:
        start: first frame's number on the recording's clock.
        frames: how many, at 62.5 Hz.
        channels: how many; frequencies are spaced evenly on a logarithmic scale.
        rng: draws the phases; equal phases continue one another at any start.

    Returns:
        shape = (frames, channels), float32.
    """
    frequencies = np.geomspace(_SLOWEST_HZ, _FASTEST_HZ, channels)
    phases = rng.uniform(0, 2 * np.pi, channels)
    times = (start + np.arange(frames))[:, None] / FEATURE_HZ
    waves = np.sqrt(2) * np.cos(2 * np.pi * frequencies * times + phases)
    return waves.astype(np.float32)
