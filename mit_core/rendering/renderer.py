"""One interface for whatever turns landmarks into pixels."""

from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np

from mit_core.errors import UserError
from mit_core.models.translation_checkpoint import TranslationCheckpoint
from mit_core.rendering.refined import RefinedRenderer
from mit_core.rendering.translated import TranslatedRenderer
from mit_core.rendering.warp import MeshWarp

NETWORKS = {"refinement": RefinedRenderer, "translation": TranslatedRenderer}
RENDERERS = ("auto", "mesh_warp", *NETWORKS)


class Renderer(Protocol):
    """A portrait that can be drawn under any landmarks."""

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the frames in pixels."""

    def render(self, landmarks: np.ndarray) -> np.ndarray:
        """The frame, uint8 (height, width, channels), for (68, 2 or 3) landmarks in pixels."""

    def frames(self, landmarks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """The frames as ``render`` gives them, in order, streamed; each is the caller's own."""


def open_renderer(
    name: str,
    image: np.ndarray,
    landmarks: np.ndarray,
    checkpoint: TranslationCheckpoint | None = None,
    threads: int = 1,
    device: str = "cpu",
) -> Renderer:
    """A renderer by its name.

    Args:
        name: ``mesh_warp``, ``refinement``, ``translation``, or ``auto``: what ``checkpoint`` is
            for, the warp where there is none.
        image: uint8 (H, W, 3 or 4) portrait.
        landmarks: (68, 2 or 3) of the portrait in pixels.
        checkpoint: the network of the two that draw with one.
        threads, device: what that network runs on.

    Raises:
        UserError: there is no such renderer, its network is missing or another one's, or the
            portrait does not suit it.
    """
    if name not in RENDERERS:
        raise UserError(f"render.renderer is '{name}'; choose one of: {', '.join(RENDERERS)}")
    if name == "auto":
        name = "mesh_warp" if checkpoint is None else checkpoint.kind
    if name == "mesh_warp":
        return MeshWarp(image, landmarks)
    if checkpoint is None:
        raise UserError(
            f"render.renderer is '{name}', which draws with a trained network, and none is given: "
            f"train one (train_{name}), give one, or choose mesh_warp."
        )
    if checkpoint.kind != name:
        raise UserError(
            f"render.renderer is '{name}', but the network given is for {checkpoint.kind}: choose "
            f"{checkpoint.kind} or auto, or give another network."
        )
    return NETWORKS[name](image, landmarks, checkpoint, threads, device)
