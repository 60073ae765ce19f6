"""From landmarks over time to a video with its sound."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mit_core.errors import UserError
from mit_core.media.image import read_image
from mit_core.media.video import VideoWriter
from mit_core.models.translation_checkpoint import load_translation
from mit_core.rendering.renderer import open_renderer


@dataclass(frozen=True)
class Settings:
    """How an animation becomes a video.

    Attributes:
        renderer: see ``open_renderer``.
        crf: x264's quality, 0 (lossless) to 51; 18 looks like the frames.
        background: ``#rrggbb`` behind a portrait with transparency, which mp4 cannot keep.
    """

    renderer: str = "auto"
    crf: int = 18
    background: str = "#ffffff"

    def __post_init__(self) -> None:
        if not 0 <= self.crf <= 51:
            raise UserError(f"render.crf is {self.crf}; give 0 (lossless) to 51")
        if not re.fullmatch("#[0-9a-fA-F]{6}", self.background):
            raise UserError(f"render.background is '{self.background}'; give it as #rrggbb")


def render_animation(
    portrait: str | Path,
    portrait_landmarks: np.ndarray,
    landmarks: Iterable[np.ndarray],
    fps: float,
    audio: str | Path | None,
    output: str | Path,
    settings: Settings | None = None,
    checkpoint: str | Path | None = None,
    threads: int = 1,
    device: str = "cpu",
) -> int:
    """Render a portrait speaking, at its own resolution, a few frames in memory at a time.

    Args:
        portrait: picture file.
        portrait_landmarks: (68, 2 or 3) of the portrait, pixels.
        landmarks: frames of (68, 2 or 3), pixels of the portrait.
        fps: frames a second of ``landmarks``.
        audio: the sound, which starts with the first frame; None for a silent video.
        output: the ``.mp4`` to write, whole or not at all.
        settings: see ``Settings``.
        checkpoint: the network of a renderer that draws with one.
        threads: cores to use. device: where the network runs.

    Returns:
        The number of frames rendered.

    Raises:
        UserError: the portrait cannot be read or moved, or the renderer has not got its network.
        ClipError: the audio cannot be read.
    """
    settings = settings or Settings()
    image = flattened(read_image(portrait), settings.background)
    network = None if checkpoint is None else load_translation(checkpoint)
    renderer = open_renderer(settings.renderer, image, portrait_landmarks, network, threads, device)
    width, height = renderer.size
    count = 0
    with VideoWriter(output, fps, width, height, audio=audio, crf=settings.crf) as video:
        for frame in renderer.frames(landmarks):
            video.write(frame)
            count += 1
    return count


def flattened(image: np.ndarray, background: str) -> np.ndarray:
    """The picture on a plain colour where it is transparent.

    Args:
        image: uint8 (H, W, 3 or 4). background: ``#rrggbb``.

    Returns:
        uint8 (H, W, 3) RGB.
    """
    if image.shape[2] == 3:
        return image
    colour = np.array([int(background[k : k + 2], 16) for k in (1, 3, 5)], np.float32)
    alpha = image[..., 3:].astype(np.float32) / 255
    return np.rint(alpha * image[..., :3] + (1 - alpha) * colour).astype(np.uint8)
