"""A small AutoVC and made-up voices that it can learn from."""

import numpy as np
import torch

from mit_core.models.autovc import AutoVC, AutoVCDims
from mit_core.models.autovc_checkpoint import AutoVCCheckpoint
from mit_core.sequences import Voices


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
    }
    return AutoVCCheckpoint(**(values | changes))


def unit(rng: np.random.Generator) -> np.ndarray:
    """A made-up speaker embedding."""
    vector = rng.standard_normal(256)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def spoken(
    lengths: tuple[int, ...], seed: int = 0, speakers: tuple[str, ...] = ("ann", "bob")
) -> Voices:
    """Recordings whose bands rise and fall together, each speaker's on a tilt of their own.

    Speakers take turns; what is said and how high are common to all bands, so little suffices to
    say it again.
    """
    rng = np.random.default_rng(seed)
    own = {n: np.random.default_rng(50 + i).uniform(-1, 1, 80) for i, n in enumerate(speakers)}
    voices = {n: unit(np.random.default_rng(90 + i)) for i, n in enumerate(speakers)}
    names = [speakers[i % len(speakers)] for i in range(len(lengths))]
    mel, f0 = [np.zeros((0, 80))], [np.zeros(0)]
    for name, length in zip(names, lengths, strict=True):
        said = np.convolve(rng.standard_normal(length + 40), np.ones(40) / 6, "valid")[:length]
        mel.append(0.4 + 0.2 * said[:, None] + 0.1 * own[name])
        f0.append(64 * np.clip(np.round(2 * said + 2), 0, 4))  # few classes, soon learned
    return Voices(
        mel=np.concatenate(mel).astype(np.float32),
        f0=np.concatenate(f0).astype(np.int16),
        offsets=np.cumsum([0, *lengths]).astype(np.int64),
        embeddings=np.array([voices[n] for n in names], np.float32).reshape(len(lengths), 256),
        speakers=tuple(names),
        names=tuple(f"clip{i}" for i in range(len(lengths))),
    )
