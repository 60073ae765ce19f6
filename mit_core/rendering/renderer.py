"""One interface for whatever turns landmarks into pixels."""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from mit_core.errors import UserError
from mit_core.rendering.warp import MeshWarp


class Renderer(Protocol):
    """A portrait that can be drawn under any landmarks."""

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the frames in pixels."""

    def render(self, landmarks: np.ndarray) -> np.ndarray:
        """The frame, uint8 (height, width, channels), for (68, 2 or 3) landmarks in pixels."""


_RENDERERS: dict[str, Callable[[np.ndarray, np.ndarray], Renderer]] = {"mesh_warp": MeshWarp}


def open_renderer(name: str, image: np.ndarray, landmarks: np.ndarray) -> Renderer:
    """A renderer by its name.

    Args:
        name: ``mesh_warp``.
        image: uint8 (H, W, 3 or 4) portrait.
        landmarks: (68, 2 or 3) of the portrait in pixels.

    Raises:
        UserError: there is no such renderer, or the portrait does not suit it.
    """
    if name not in _RENDERERS:
        raise UserError(f"animate.renderer is '{name}'; choose one of: {', '.join(_RENDERERS)}")
    return _RENDERERS[name](image, landmarks)
