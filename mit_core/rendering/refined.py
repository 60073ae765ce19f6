"""The warped portrait, refined by a network: a difference is drawn, so it is sharp at any size."""

import numpy as np
import numpy.typing as npt

from mit_core.rendering.networked import NetworkRenderer


class RefinedRenderer(NetworkRenderer):
    """Adds to the warp what the network would change of it.

    The network works at its own resolution, but only the difference between its output and its
    input is enlarged; whatever it leaves alone keeps the portrait's full detail.
    """

    def _shown(self, crops: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        return crops

    def _put(
        self,
        frame: npt.NDArray[np.uint8],
        crop: npt.NDArray[np.uint8],
        drawn: npt.NDArray[np.float32],
    ) -> None:
        self._paste.add(frame, drawn - crop)
