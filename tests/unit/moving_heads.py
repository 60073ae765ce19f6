"""A made-up corpus whose speakers differ in how they move the head."""

from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation
from sequence_makers import talking

from mit_core.sequences import Sequences

AXIS = {"ann": 0, "bob": 1}
"""Ann nods, Bob turns: pitch and yaw."""

_DEGREES, _HERTZ = 6.0, 0.8


def voice(name: str) -> np.ndarray:
    """A speaker's embedding, shape = (256,)."""
    values = np.random.default_rng(sum(map(ord, name))).standard_normal(256)
    return (values / np.linalg.norm(values)).astype(np.float32)


def moving(lengths: tuple[int, ...], seed: int = 0) -> Sequences:
    """Clips of Ann and Bob in turns, each swinging about an axis of their own by 6 degrees."""
    made = talking(lengths, seed, tuple(AXIS))
    rng = np.random.default_rng(seed)
    turns = np.zeros((len(made.landmarks), 3))
    for index, name in enumerate(made.speakers):
        times = np.arange(lengths[index]) / 62.5
        swing = np.sqrt(2) * np.sin(2 * np.pi * (_HERTZ * times + rng.random()))
        turns[made.span(index), AXIS[name]] = np.radians(_DEGREES) * swing
    quaternions = Rotation.from_rotvec(turns).as_quat(scalar_first=True)
    return replace(
        made,
        quaternions=quaternions.astype(np.float32),
        embeddings=np.stack([voice(name) for name in made.speakers])
        if made.speakers
        else np.zeros((0, 256), np.float32),
    )
