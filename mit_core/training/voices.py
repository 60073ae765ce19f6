"""Other voices out of the same recording: features as a longer or shorter throat would give them.

Vocal tract length perturbation (Jaitly and Hinton 2013), on the mel features themselves: timing,
and so the landmarks that belong to it, stay as they are.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mit_core.speech.mel_bands import FLOOR_DB, HIGHEST_HZ, LOWEST_HZ, hz_to_mel, mel_to_hz

Array = npt.NDArray[np.float32]

_DB_TO_FEATURE = -1 / FLOOR_DB
"""Features are levels, so a gain is a shift."""


@lru_cache(maxsize=4)
def _band_mels(bands: int) -> npt.NDArray[np.float64]:
    edges = hz_to_mel(np.array([LOWEST_HZ, HIGHEST_HZ]))
    return np.linspace(edges[0], edges[1], bands + 2)[1:-1]


def vary(
    features: Array, rng: np.random.Generator, frequency_shift: float, gain_db: float
) -> Array:
    """Shift each piece's spectrum along frequency, and its level.

    Args:
        features: shape = (B, L, F), log-mel, not standardised.
        rng: source of the random factors.
        frequency_shift: frequencies are multiplied by exp(u), u uniform within +-this; 0 is off.
        gain_db: the level changes by up to this many decibels either way.

    Returns:
        shape = (B, L, F).
    """
    count, _, bands = features.shape
    factors = np.exp(rng.uniform(-frequency_shift, frequency_shift, count))
    gains = rng.uniform(-gain_db, gain_db, count) * _DB_TO_FEATURE
    if frequency_shift > 0:
        mels = _band_mels(bands)
        # Band b of the varied spectrum is what stood at its frequency divided by the factor.
        source = hz_to_mel(mel_to_hz(mels)[None] / factors[:, None])
        place = np.clip((source - mels[0]) / (mels[1] - mels[0]), 0, bands - 1)
        low = np.minimum(place.astype(np.int64), bands - 2)
        part = (place - low).astype(np.float32)[:, None]
        rows = np.arange(count)[:, None]
        by_band = features.swapaxes(1, 2)
        below, above = by_band[rows, low], by_band[rows, low + 1]
        features = below.swapaxes(1, 2) * (1 - part) + above.swapaxes(1, 2) * part
    return features + gains[:, None, None].astype(np.float32)
