"""From landmarks over time to a video with its sound."""

from collections.abc import Iterable, Sized
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mit_core.errors import UserError
from mit_core.faces.puppet_beside import is_puppet, puppet_beside
from mit_core.faces.puppet_files import read_puppet
from mit_core.media.containers import CONTAINERS
from mit_core.media.image import read_image
from mit_core.media.video import VideoWriter
from mit_core.models.translation_checkpoint import load_translation
from mit_core.progress import told
from mit_core.rendering.backdrop import WHITE, bled, check_backdrop, open_backdrop, over
from mit_core.rendering.mark import marked
from mit_core.rendering.puppet import PuppetWarp
from mit_core.rendering.renderer import Renderer, open_renderer


@dataclass(frozen=True)
class Settings:
    """How an animation becomes a video.

    Attributes:
        renderer: see ``open_renderer``; puppets are always drawn by ``PuppetWarp``.
        crf: x264's quality, 0 (lossless) to 51; 18 looks like the frames.
        background: ``#rrggbb`` or a picture's path, behind a portrait with transparency; None is a
            puppet's own background, else nothing where the container keeps transparency, else
            white.
        container: ``mp4``, ``mov`` (ProRes 4444) or ``webm`` (VP9); mp4 keeps no transparency.
        mark: words in the lower right corner of every frame; None for none.
    """

    renderer: str = "auto"
    crf: int = 18
    background: str | None = None
    container: str = "mp4"
    mark: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.crf <= 51:
            raise UserError(f"render.crf is {self.crf}; give 0 (lossless) to 51")
        if self.container not in CONTAINERS:
            raise UserError(
                f"render.container is '{self.container}'; choose one of: {', '.join(CONTAINERS)}"
            )
        if self.background is not None:
            check_backdrop(self.background)


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
    made_by: str = "",
) -> int:
    """Render a portrait speaking, at its own resolution, a few frames in memory at a time.

    Args:
        portrait: picture file.
        portrait_landmarks: (68, 2 or 3) of the portrait, pixels.
        landmarks: frames of (68, 2 or 3), pixels of the portrait.
        fps: frames a second of ``landmarks``.
        audio: the sound, which starts with the first frame; None for a silent video.
        output: the video to write, whole or not at all; its suffix is the container's.
        settings: see ``Settings``.
        checkpoint: the network of a renderer that draws with one.
        threads: cores to use. device: where the network runs.
        made_by: what made it, for the video's metadata (see ``credits_of``).

    Returns:
        The number of frames rendered.

    Raises:
        UserError: the portrait cannot be read or moved, or the renderer has not got its network.
        ClipError: the audio cannot be read.
    """
    settings = settings or Settings()
    if Path(output).suffix.lower() != f".{settings.container}":
        raise ValueError(f"{output} is to be a {settings.container}")
    image = bled(read_image(portrait))
    renderer = _open(portrait, image, portrait_landmarks, settings, checkpoint, threads, device)
    width, height = renderer.size
    behind = _backdrop(portrait, settings, width, height) if image.shape[2] == 4 else None
    alpha = image.shape[2] == 4 and behind is None
    count, total = 0, len(landmarks) if isinstance(landmarks, Sized) else None
    with VideoWriter(
        output, fps, width, height, audio=audio, crf=settings.crf, alpha=alpha, made_by=made_by
    ) as video:
        for frame in told(renderer.frames(landmarks), Path(output).stem, "frames", total=total):
            whole = frame if behind is None else over(frame, behind)
            video.write(marked(whole, settings.mark) if settings.mark else whole)
            count += 1
    return count


def _open(
    portrait: str | Path,
    image: np.ndarray,
    landmarks: np.ndarray,
    settings: Settings,
    checkpoint: str | Path | None,
    threads: int,
    device: str,
) -> Renderer:
    """The renderer; a puppet has its own, since its landmarks and its picture's mouth differ."""
    if is_puppet(portrait):
        return PuppetWarp(image, read_puppet(portrait, image.shape[1], image.shape[0]))
    network = None if checkpoint is None else load_translation(checkpoint)
    return open_renderer(settings.renderer, image, landmarks, network, threads, device)


def _backdrop(
    portrait: str | Path, settings: Settings, width: int, height: int
) -> np.ndarray | None:
    """What is behind the portrait, (height, width, 3); None where transparency is kept."""
    given: str | Path | None = settings.background
    if given is None and is_puppet(portrait):
        given = puppet_beside(portrait).get("background")
    if given is None and CONTAINERS[settings.container].pixels[1] is None:
        given = WHITE
    return None if given is None else open_backdrop(given, width, height)
