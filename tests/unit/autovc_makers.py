"""A small AutoVC and made-up voices that it can learn from."""

import numpy as np
import torch

from mit_core.models.autovc import AutoVC, AutoVCDims
from mit_core.models.autovc_checkpoint import AutoVCCheckpoint


def small_dims() -> AutoVCDims:
    return AutoVCDims(width=32, code=4, hidden=24, layers=1)


def checkpoint(seed: int = 0, **changes) -> AutoVCCheckpoint:
    rng = np.random.default_rng(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = AutoVC(small_dims()).eval()
    values = {
        "model": model,
        "mean": np.full(80, 0.4, np.float32),
        "std": np.full(80, 0.2, np.float32),
        "target": unit(rng),
        "target_name": "ann",
        "speakers": {"ann": unit(rng), "앤 O'Hara": unit(rng)},
        "settings": {"steps": 3, "initial": None},
        "measures": {"error": 0.3},
    }
    return AutoVCCheckpoint(**(values | changes))


def unit(rng: np.random.Generator) -> np.ndarray:
    """A made-up speaker embedding."""
    vector = rng.standard_normal(256)
    return (vector / np.linalg.norm(vector)).astype(np.float32)
