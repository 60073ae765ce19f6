"""A few seconds of a talking face, cut out and ready to be paired: a source and its targets."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mit_core.faces.mouth import mouth_opening
from mit_core.rendering.crop import FaceCrop
from mit_core.rendering.warp import MeshWarp
from mit_core.training.footage import Footage

MOST_FRAMES = 100
"""Of a piece; 4 s: a head moves as far, and few enough are decoded at once."""
_FINEST = 1.5
"""Pixels of the picture that is warped to one of the network's, at most: larger videos are reduced,
since what is finer than this does not show in the crop."""

_CORNER = np.array([0.5, 0.5, 0.0])

Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Source:
    """A frame that a piece's other frames are made from.

    Attributes:
        frame: its number in the piece.
        picture: uint8 (S, S, 3), its crop.
        warp: bends the frame; None where the network is given the crop as it is.
    """

    frame: int
    picture: Picture
    warp: MeshWarp | None


@dataclass(frozen=True)
class Piece:
    """F successive frames of a stretch of footage, cut by the crop of one of them.

    Attributes:
        frames: uint8 (F, S, S, 3).
        landmarks: shape = (F, 68, 3), pixels of the picture that was cut.
        crop: the square that was cut.
        sources: frames that the others are made from, their eyes open.
        chances: shape = (F,), how often each frame is drawn: half the time evenly, half the time by
            how open its mouth is, since open mouths are rarer and harder.
    """

    frames: Picture
    landmarks: npt.NDArray[np.float64]
    crop: FaceCrop
    sources: tuple[Source, ...]
    chances: npt.NDArray[np.float64]

    def second(self, source: Source, frame: int) -> Picture:
        """The picture that a network is given beside the sketch of ``frame``, (S, S, 3)."""
        if source.warp is None:
            return source.picture
        return self.crop.cut(source.warp.render(self.landmarks[frame]), len(source.picture))

    def points(self, frame: int) -> npt.NDArray[np.float64]:
        """The landmarks (68, 3) of ``frame`` in pixels of the crop."""
        return self.crop.to_crop(self.landmarks[frame], self.frames.shape[1])


def cut_piece(
    footage: Footage,
    clip: int,
    start: int,
    stop: int,
    *,
    size: int,
    scale: float,
    sources: list[int],
    warped: bool,
) -> Piece:
    """Decode frames and cut them by the face crop of the first source.

    Args:
        footage: that holds them.
        clip: number of the stretch.
        start, stop: within the stretch.
        size: pixels a side of the crop.
        scale: of the ``FaceCrop``.
        sources: numbers of frames within the piece.
        warped: give the sources a ``MeshWarp``.

    Raises:
        ClipError: the video cannot be read.
        UserError: a source's face is too small to warp.
    """
    landmarks = footage.clip(clip)[start:stop].astype(np.float64)
    wide = FaceCrop.around(landmarks[sources[0]], scale)
    zoom = min(1.0, _FINEST * size / wide.side)
    if zoom < 1:
        # the middle of the first pixel of either grid lies half a pixel inside its corner
        landmarks = landmarks * zoom + (zoom - 1) * _CORNER
    crop = FaceCrop.around(landmarks[sources[0]], scale)
    frames = np.empty((len(landmarks), size, size, 3), np.uint8)
    made = {}
    for number, whole in enumerate(footage.frames(clip, start, stop)):
        picture = whole if zoom == 1 else _reduced(whole, zoom)
        frames[number] = crop.cut(picture, size)
        if number in sources:
            warp = MeshWarp(picture, landmarks[number]) if warped else None
            made[number] = Source(number, frames[number], warp)
    openings = mouth_opening(landmarks)
    openings -= openings.min()
    chances = np.full(len(landmarks), 1 / len(landmarks))
    if openings.sum() > 0:
        chances = (chances + openings / openings.sum()) / 2
    return Piece(frames, landmarks, crop, tuple(made[number] for number in sources), chances)


def _reduced(picture: Picture, zoom: float) -> Picture:
    height, width = picture.shape[:2]
    size = round(width * zoom), round(height * zoom)
    reduced = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.asarray(reduced, np.uint8)
