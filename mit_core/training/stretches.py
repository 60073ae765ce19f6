"""Stretches of footage with their head motion: what the speaker-aware branch learns from."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mit_core.errors import UserError
from mit_core.faces.head_motion import motion_of_pose
from mit_core.models.windows import WINDOW
from mit_core.sequences import Sequences

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Stretches:
    """Random stretches of one common length L.

    Attributes:
        features: shape = (B, L + 17, F), not standardised; the first window is frame 0's.
        landmarks: shape = (B, L, 204), face units, with the head's motion from the clip's own mean
            pose.
        sequences: shape = (B,), which sequence each is of.
    """

    features: Array
    landmarks: Array
    sequences: npt.NDArray[np.int64]


class StretchSampler:
    """Draws stretches, every speaker equally often and every clip of a speaker by its length.

    A batch is as long as its first clip allows, up to ``longest``, and its others are drawn among
    the clips that are long enough: attention so meets clips as short as the corpus has, and no
    frame is made up.

    Args:
        sequences: the training split; sequences of fewer than ``_SHORTEST`` frames are left out.
        predict_frame: which frame of its 18-frame window a landmark frame is.
        longest: frames.

    Raises:
        UserError: all sequences are that short.
    """

    def __init__(self, sequences: Sequences, predict_frame: int, longest: int):
        self.sequences, self.predict_frame, self.longest = sequences, predict_frame, longest
        self.lengths = np.diff(sequences.offsets)
        self._weights = np.where(self.lengths >= min(_SHORTEST, longest), self.lengths, 0.0)
        names = np.array(sequences.speakers)
        for name in set(sequences.speakers):
            total = self._weights[names == name].sum()
            if total:
                self._weights[names == name] /= total
        if not self._weights.any():
            raise UserError(
                "No training clip lasts half a second, which the speaker-aware branch needs to "
                "learn how heads move: bring longer clips, or choose animate.head_motion natural."
            )

    def draw(self, rng: np.random.Generator, count: int) -> Stretches:
        """``count`` stretches."""
        first = self._choose(rng, 1, 1)
        length = int(min(self.longest, self.lengths[first[0]]))
        chosen = np.concatenate([first, self._choose(rng, count - 1, length)])
        begins = self.sequences.offsets[chosen]
        starts = (rng.random(count) * (self.lengths[chosen] - length + 1)).astype(np.int64)
        last = self.lengths[chosen] - 1
        # Beyond an end the end frame repeats, exactly as where a whole clip is predicted.
        heard = starts[:, None] - self.predict_frame + np.arange(length + WINDOW - 1)
        features = self.sequences.features[begins[:, None] + np.clip(heard, 0, last[:, None])]
        landmarks = [
            self._posed(index)[start : start + length]
            for index, start in zip(chosen, starts, strict=True)
        ]
        return Stretches(
            np.asarray(features, np.float32), np.stack(landmarks).astype(np.float32), chosen
        )

    def _choose(self, rng: np.random.Generator, count: int, length: int) -> npt.NDArray[np.int64]:
        odds = np.where(self.lengths >= length, self._weights, 0.0)
        return rng.choice(len(odds), size=count, p=odds / odds.sum())

    def _posed(self, index: int) -> npt.NDArray[np.float64]:
        return posed_landmarks(self.sequences, index)


def posed_landmarks(sequences: Sequences, index: int) -> npt.NDArray[np.float64]:
    """A clip's landmarks with its head motion from its own mean pose; (T, 204), face units."""
    span = sequences.span(index)
    motion = motion_of_pose(sequences.quaternions[span], sequences.translations[span])
    return motion.apply(sequences.landmarks[span])


_SHORTEST = 32
"""Frames (half a second); less tells nothing of how a head moves."""
