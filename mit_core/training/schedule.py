"""How the learning rate goes over a run."""

import math

_WARM_UP = 0.04
"""Part of the run over which the learning rate rises from 0."""


def warm_cosine(progress: float) -> float:
    """Linear warm-up, then half a cosine down to 0; Loshchilov and Hutter 2017.

    Args:
        progress: how much of the run is over, 0..1.

    Returns:
        Share of the highest learning rate, 0..1.
    """
    if progress < _WARM_UP:
        return max(progress, 1e-3) / _WARM_UP
    return 0.5 * (1 + math.cos(math.pi * (progress - _WARM_UP) / (1 - _WARM_UP)))
