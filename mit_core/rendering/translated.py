"""The portrait translated by a network, inside the warped picture (Zhou et al. 2020, sec. 5)."""

import numpy as np
import numpy.typing as npt

from mit_core.models.translation_checkpoint import TranslationCheckpoint
from mit_core.rendering.networked import NetworkRenderer


class TranslatedRenderer(NetworkRenderer):
    """Draws the whole face anew from the portrait and the sketch.

    Its face is no sharper than the network's resolution; a larger portrait's is enlarged. Around
    it the warp shows, so that the head moves with its neck.
    """

    def __init__(
        self,
        image: npt.NDArray[np.uint8],
        landmarks: np.ndarray,
        checkpoint: TranslationCheckpoint,
        threads: int = 1,
        device: str = "cpu",
    ):
        super().__init__(image, landmarks, checkpoint, threads, device)
        self._portrait = self._cut(image)[None]

    def _shown(self, crops: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        return np.repeat(self._portrait, len(crops), axis=0)

    def _put(
        self,
        frame: npt.NDArray[np.uint8],
        crop: npt.NDArray[np.uint8],
        drawn: npt.NDArray[np.float32],
    ) -> None:
        self._paste.blend(frame, drawn)
