"""Where the bands of the mel feature lie, and what its values stand for.

Apart from its computation, so that reading the feature needs none of its packages.
"""

import numpy as np
import numpy.typing as npt

N_MELS = 80
LOWEST_HZ, HIGHEST_HZ = 90.0, 7600.0
"""Where the lowest band begins and the highest ends."""
FLOOR_DB = -100.0
"""Level of the feature's 0; its 1 is 0 dB."""

Floats = npt.NDArray[np.float64]


def hz_to_mel(hz: Floats) -> Floats:
    """Slaney's scale: linear below 1 kHz (15 mel there), logarithmic above."""
    logarithmic = 15 + 27 * np.log(np.maximum(hz, 1000) / 1000) / np.log(6.4)
    return np.where(hz < 1000, hz * 3 / 200, logarithmic)


def mel_to_hz(mel: Floats) -> Floats:
    """The inverse of ``hz_to_mel``."""
    return np.where(mel < 15, mel * 200 / 3, 1000 * 6.4 ** ((np.maximum(mel, 15) - 15) / 27))
