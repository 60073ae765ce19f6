"""Data without meaning, memory-mapped as a dump is: speed does not depend on what is said."""

from pathlib import Path

import numpy as np

from mit_core.sequences import Sequences, Voices

BANDS = 80
CLIPS, FRAMES = 40, 640  # 40 clips of 10 s
SPEAKERS = ("one", "two")


def made_up_sequences(folder: Path) -> Sequences:
    """Clips of two speakers."""
    rng = np.random.default_rng(0)
    return Sequences(
        landmarks=_mapped(folder / "landmarks.npy", rng, 204),
        features=_mapped(folder / "features.npy", rng, BANDS),
        offsets=_OFFSETS,
        faces=np.zeros((CLIPS, 204), np.float32),
        embeddings=_EMBEDDINGS,
        quaternions=np.tile(np.array([1, 0, 0, 0], np.float32), (CLIPS * FRAMES, 1)),
        translations=np.zeros((CLIPS * FRAMES, 3), np.float32),
        speakers=SPEAKERS * (CLIPS // 2),
        names=_NAMES,
    )


def made_up_voices(folder: Path) -> Voices:
    """The recordings of two speakers."""
    rng = np.random.default_rng(0)
    return Voices(
        mel=_mapped(folder / "mel.npy", rng, BANDS),
        f0=rng.integers(0, 257, CLIPS * FRAMES, dtype=np.int16),
        offsets=_OFFSETS,
        embeddings=_EMBEDDINGS,
        speakers=SPEAKERS * (CLIPS // 2),
        names=_NAMES,
    )


_OFFSETS = np.arange(CLIPS + 1, dtype=np.int64) * FRAMES
_EMBEDDINGS = np.full((CLIPS, 256), 1 / 16, np.float32)
_NAMES = tuple(f"clip{i}" for i in range(CLIPS))


def _mapped(path: Path, rng: np.random.Generator, width: int) -> np.ndarray:
    np.save(path, rng.standard_normal((CLIPS * FRAMES, width), dtype=np.float32))
    return np.load(path, mmap_mode="r")
