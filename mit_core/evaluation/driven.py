"""Held-out clips drawn again from one of their frames by their own true landmarks."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mit_core.models.translation_checkpoint import TranslationCheckpoint
from mit_core.rendering.crop import FaceCrop
from mit_core.rendering.renderer import Renderer, open_renderer
from mit_core.rendering.source_frame import source_frame
from mit_core.training.footage import Footage

Picture = npt.NDArray[np.uint8]
Maker = Callable[[Picture, npt.NDArray[np.floating]], Renderer]
"""(portrait (H, W, 3), its landmarks (68, 3) in pixels) -> renderer."""


class StillSource:
    """The portrait as it is, whatever the landmarks: what every renderer must beat.

    Args:
        image: uint8 (H, W, 3 or 4) portrait. landmarks: of it, which are not looked at.
    """

    def __init__(self, image: Picture, landmarks: npt.NDArray[np.floating]):
        self._image = image

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the frames."""
        return self._image.shape[1], self._image.shape[0]

    def render(self, landmarks: npt.NDArray[np.floating]) -> Picture:
        """The portrait."""
        return self._image.copy()

    def frames(self, landmarks: Iterable[npt.NDArray[np.floating]]) -> Iterator[Picture]:
        """The portrait, over and over."""
        return (self.render(each) for each in landmarks)


@dataclass(frozen=True)
class DrivenClip:
    """One clip as several renderers draw it.

    Attributes:
        name, speaker: of the clip.
        source: uint8 (S, S, 3), the face crop of the frame that stands for the person.
        truth: uint8 (T, S, S, 3), the same crop of the true frames, without that one.
        landmarks: shape = (T, 68, 3), the true frames', pixels of the crop.
        drawn: uint8 (T, S, S, 3) each, by renderer.
    """

    name: str
    speaker: str
    source: Picture
    truth: Picture
    landmarks: npt.NDArray[np.float64]
    drawn: Mapping[str, Picture]


def makers(
    checkpoints: Mapping[str, TranslationCheckpoint], threads: int = 1, device: str = "cpu"
) -> dict[str, Maker]:
    """The renderers to compare: ``still``, ``mesh_warp``, and one for each named checkpoint."""

    def with_network(checkpoint: TranslationCheckpoint) -> Maker:
        return lambda image, landmarks: open_renderer(
            checkpoint.kind, image, landmarks, checkpoint, threads, device
        )

    named: dict[str, Maker] = {
        "still": StillSource,
        "mesh_warp": lambda image, landmarks: open_renderer("mesh_warp", image, landmarks),
    }
    return named | {name: with_network(checkpoint) for name, checkpoint in checkpoints.items()}


def drive_clip(
    footage: Footage, index: int, renderers: Mapping[str, Maker], size: int, most_frames: int
) -> DrivenClip:
    """Draw a clip by its true landmarks from its own source frame.

    Frames are drawn at the video's resolution, as a film would be, and only then cut to the face.

    Args:
        footage: held-out clips.
        index: of the clip, two frames at least.
        renderers: what draws, by name.
        size: pixels a side of the face crop that is compared.
        most_frames: of a longer clip so many are drawn, evenly spaced.

    Raises:
        ClipError: the video cannot be read.
        UserError: the source frame's landmarks form no face.
    """
    points = footage.clip(index)
    chosen = source_frame(points)
    portrait = next(iter(footage.frames(index, chosen, chosen + 1)))
    crop = FaceCrop.around(points[chosen])
    others = np.delete(np.arange(len(points)), chosen)
    if len(others) > most_frames:
        others = others[np.linspace(0, len(others) - 1, most_frames).round().astype(int)]
    wanted = set(others.tolist())
    truth = [crop.cut(frame, size) for i, frame in enumerate(footage.frames(index)) if i in wanted]
    drawn = {
        name: np.stack(
            [
                crop.cut(frame, size)
                for frame in make(portrait, points[chosen]).frames(points[others])
            ]
        )
        for name, make in renderers.items()
    }
    return DrivenClip(
        name=footage.names[index],
        speaker=footage.speakers[index],
        source=crop.cut(portrait, size),
        truth=np.stack(truth),
        landmarks=crop.to_crop(points[others], size),
        drawn=drawn,
    )
