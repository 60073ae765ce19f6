"""Head motion and brows in a speaker's manner, from the speaker-aware branch."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mit_core.faces.head_motion import HeadMotion, motion_of_landmarks
from mit_core.faces.points import as_points
from mit_core.faces.scheme import LEFT_BROW, RIGHT_BROW
from mit_core.faces.smoothing import savitzky_golay
from mit_core.models.speaker_checkpoint import SpeakerCheckpoint

Array = npt.NDArray[np.floating]

_WINDOW, _ORDER = 15, 3
"""Savitzky-Golay at 62.5 Hz: in 0.24 s no head turns to and fro, but a predictor trembles."""


@dataclass(frozen=True)
class Manner:
    """How somebody moves beside speaking, at 62.5 Hz.

    Attributes:
        head: motion of the head from its mean pose, T frames.
        brows: shape = (T, 204), face units, displacement of the brows of a head held still; 0
            everywhere else, since lips are the content branch's and lids close by blinks.
    """

    head: HeadMotion
    brows: npt.NDArray[np.float64]


def learned_manner(
    checkpoint: SpeakerCheckpoint, feature: Array, embedding: Array, seed: int
) -> Manner:
    """How a speaker would move while this is said.

    Args:
        checkpoint: trained speaker-aware branch.
        feature: shape = (T, F), T >= 1, content feature, not standardised.
        embedding: shape = (256,), whose manner it shall be.
        seed: of what does not follow from the sound.
    """
    displacement = checkpoint.predict(feature, embedding, seed)
    moved = checkpoint.mean_face + savitzky_golay(displacement, _WINDOW, _ORDER)
    head = motion_of_landmarks(moved, checkpoint.mean_face)
    still = as_points(head.undo(moved) - checkpoint.mean_face)
    brows = np.zeros_like(still)
    lifted = list(RIGHT_BROW + LEFT_BROW)
    brows[:, lifted] = still[:, lifted]
    return Manner(head, brows.reshape(len(brows), -1))
