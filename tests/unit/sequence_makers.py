"""Small made-up corpora with a law that a predictor can find."""

import numpy as np

from mit_core.sequences import Sequences

BANDS = 80
LAG = 3
"""Landmark frame t follows feature frame t - LAG."""

LOWER_LIP_AND_CHIN = (*range(5, 12), *range(55, 60), *range(65, 68))


def face(rng: np.random.Generator) -> np.ndarray:
    """A face's proportions without being one: eyes 1 apart, everything else near; (204,)."""
    points = rng.uniform(-0.5, 0.5, (68, 3))
    points[36], points[45] = (-0.5, 0.3, 0.0), (0.5, 0.3, 0.0)
    points[60:68] = 0, -0.2, 0  # closed inner lips, a line
    points[60:68, 0] = -0.2, -0.1, 0, 0.1, 0.2, 0.1, 0, -0.1
    return points.reshape(204).astype(np.float32)


def talking(
    lengths: tuple[int, ...], seed: int = 0, speakers: tuple[str, ...] = ("ann",)
) -> Sequences:
    """Sequences whose lower lip and chin drop with the loudness of the low bands, 3 frames later.

    Speakers take turns; each has a face of their own, the law is common.
    """
    rng = np.random.default_rng(seed)
    own = {name: face(np.random.default_rng(100 + i)) for i, name in enumerate(speakers)}
    names = [speakers[i % len(speakers)] for i in range(len(lengths))]
    features, landmarks = [], []
    for speaker, length in zip(names, lengths, strict=True):
        drive = np.abs(np.convolve(rng.standard_normal(length + 8), np.ones(5) / 5, "same"))
        heard = 0.3 + 0.05 * rng.standard_normal((length + 8, BANDS))
        heard[:, :10] += drive[:, None]
        points = np.tile(own[speaker].reshape(68, 3), (length, 1, 1))
        opening = 0.02 + 0.1 * drive[8 - LAG : 8 - LAG + length]
        points[:, LOWER_LIP_AND_CHIN, 1] -= opening[:, None]
        features.append(heard[8:].astype(np.float32))
        landmarks.append(points.reshape(length, 204).astype(np.float32))
    return Sequences(
        landmarks=np.concatenate(landmarks) if landmarks else np.zeros((0, 204), np.float32),
        features=np.concatenate(features) if features else np.zeros((0, BANDS), np.float32),
        offsets=np.cumsum([0, *lengths]).astype(np.int64),
        faces=np.stack([own[name] for name in names]) if names else np.zeros((0, 204), np.float32),
        embeddings=np.zeros((len(lengths), 256), np.float32),
        quaternions=np.tile(np.float32([1, 0, 0, 0]), (sum(lengths), 1)),
        translations=np.zeros((sum(lengths), 3), np.float32),
        speakers=tuple(names),
        names=tuple(f"clip{i}" for i in range(len(lengths))),
    )
