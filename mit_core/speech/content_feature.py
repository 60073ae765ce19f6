"""What is said, as the content branch hears it: one interface over every kind of feature."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mit_core.errors import UserError
from mit_core.speech.features import SpeechFeatures

ContentFeature = Callable[[SpeechFeatures], npt.NDArray[np.float32]]
"""One recording's analysis -> feature, shape = (T, 80), float32, 62.5 Hz, before mean and std."""

KINDS = ("mel", "autovc")


class Converter(Protocol):
    """A trained voice converter with its target, such as an ``AutoVCCheckpoint``."""

    @property
    def digest(self) -> str:
        """Names weights and target."""

    def convert(
        self,
        mel: npt.NDArray[np.floating],
        f0_classes: npt.NDArray[np.integer],
        embedding: npt.NDArray[np.floating],
    ) -> npt.NDArray[np.float32]:
        """Mel (T, 80), F0 classes (T,) and d-vector (256,) -> the target's mel (T, 80)."""


def open_content_feature(kind: str, converter: Converter | None = None) -> ContentFeature:
    """The function that computes content features of a kind.

    Args:
        kind: ``mel``, or ``autovc``: the mel of the same words in the converter's target voice.
        converter: for ``autovc``.

    Raises:
        UserError: there is no such kind (the message lists those there are), or no converter.
    """
    if kind not in KINDS:
        raise UserError(f"content feature '{kind}' is not known; choose one of: {', '.join(KINDS)}")
    if kind == "mel":
        return lambda speech: speech.mel
    if converter is None:
        raise UserError(
            "content feature 'autovc' wants a trained AutoVC: train one with train_autovc, or "
            "give a checkpoint (autovc.checkpoint)."
        )
    return lambda speech: converter.convert(speech.mel, speech.f0_classes, speech.embedding)
