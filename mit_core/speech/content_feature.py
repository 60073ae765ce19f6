"""What is said, as the content branch hears it: one interface over every kind of feature."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mit_core.errors import UserError
from mit_core.speech.features import SpeechFeatures

ContentFeature = Callable[[SpeechFeatures], npt.NDArray[np.float32]]
"""One recording's analysis -> feature, shape = (T, 80), float32, 62.5 Hz, before mean and std."""


def _mel(speech: SpeechFeatures) -> npt.NDArray[np.float32]:
    return speech.mel


KINDS: dict[str, ContentFeature] = {"mel": _mel}


def open_content_feature(kind: str) -> ContentFeature:
    """The function that computes content features of a kind.

    Raises:
        UserError: there is no such kind; the message lists those there are.
    """
    if kind not in KINDS:
        raise UserError(
            f"content feature '{kind}' is not known; choose one of: {', '.join(sorted(KINDS))}"
        )
    return KINDS[kind]
