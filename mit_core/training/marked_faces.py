"""Pictures of faces whose 68 points are known: what a landmark detector learns from."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from mit_core.errors import UserError
from mit_core.faces.boxes import box_of
from mit_core.faces.landmark_table import read_landmark_table
from mit_core.faces.network_crop import NetworkCrop
from mit_core.faces.scheme import N_POINTS
from mit_core.faces.table_beside import table_beside
from mit_core.media.image import opaque, read_image
from mit_core.training.footage import Footage

AIR = 2.4
"""Side of a kept crop over the longer side of its landmarks' box: room to turn and move it."""

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class MarkedFaces:
    """N faces, cut out with air around them.

    Attributes:
        crops: shape = (N, S, S, 3), uint8 RGB.
        points: shape = (N, 68, 2), float32, pixels of the crops.
        speakers: whose face each is; a drawing's is its file's name.
        hours: of the footage that they were chosen from.
        digest: of all that made the data.
    """

    crops: npt.NDArray[np.uint8]
    points: Array
    speakers: tuple[str, ...]
    hours: float = 0.0
    digest: str = ""
    feature: ClassVar[str] = "frames"

    def __len__(self) -> int:
        return len(self.crops)

    def __add__(self, other: "MarkedFaces") -> "MarkedFaces":
        return MarkedFaces(
            np.concatenate([self.crops, other.crops]),
            np.concatenate([self.points, other.points]),
            self.speakers + other.speakers,
            self.hours + other.hours,
            hashlib.sha256((self.digest + other.digest).encode()).hexdigest(),
        )

    def only(self, indices: Sequence[int]) -> "MarkedFaces":
        """These faces alone, in this order."""
        chosen = list(indices)
        return MarkedFaces(
            self.crops[chosen],
            self.points[chosen],
            tuple(self.speakers[index] for index in chosen),
            self.hours,
            self.digest,
        )


def no_faces(side: int) -> MarkedFaces:
    """None at all, of crops of this side."""
    return MarkedFaces(
        np.zeros((0, side, side, 3), np.uint8), np.zeros((0, N_POINTS, 2), np.float32), ()
    )


def faces_of_footage(footage: Footage, count: int, side: int) -> MarkedFaces:
    """Frames spread evenly over all footage, with the landmarks that it was prepared with.

    Args:
        footage: each of its stretches is decoded once, so far as frames of it are chosen.
        count: of the frames; fewer come back where there are fewer.
        side: pixels a side of the crops.

    Raises:
        ClipError: a video cannot be read.
    """
    total = int(footage.offsets[-1])
    chosen = np.unique(np.linspace(0, max(total - 1, 0), min(count, total)).astype(int))
    made = no_faces(side)
    parts, speakers = [(made.crops, made.points)], []
    for clip, (begin, end) in enumerate(pairwise(footage.offsets.tolist())):
        wanted = chosen[(chosen >= begin) & (chosen < end)] - begin
        if not len(wanted):
            continue
        frames = footage.frames(clip, int(wanted[0]), int(wanted[-1]) + 1)
        for number, frame in enumerate(frames, start=int(wanted[0])):
            if number in wanted:
                parts.append(_cut(frame, footage.clip(clip)[number], side))
                speakers.append(footage.speakers[clip])
    crops, points = (np.concatenate(each) for each in zip(*parts, strict=True))
    return MarkedFaces(crops, points, tuple(speakers), footage.hours, footage.digest)


def drawings_in(folder: str | Path) -> list[Path]:
    """The hand-marked pictures of a folder, in order of their names: those that have a table of
    landmarks beside them."""
    return sorted(
        path
        for path in Path(folder).iterdir()
        if path.is_file() and path.suffix != ".tsv" and table_beside(path).is_file()
    )


def faces_of_drawings(pictures: Sequence[str | Path], side: int) -> MarkedFaces:
    """Hand-marked pictures.

    Args:
        pictures: files, each with NAME.landmarks.tsv beside it.
        side: pixels a side of the crops.

    Raises:
        UserError: a picture or its table cannot be read.
    """
    made = no_faces(side)
    parts, names = [(made.crops, made.points)], []
    digest = hashlib.sha256()
    for picture in map(Path, pictures):
        points = read_landmark_table(table_beside(picture))
        if np.ptp(points[:, :2], axis=0).max() < 1:
            raise UserError(
                f"{table_beside(picture)}: all landmarks lie in one place; give them in pixels of "
                f"{picture.name}."
            )
        image = opaque(read_image(picture))
        digest.update(image.tobytes() + points.tobytes())
        parts.append(_cut(image, points, side))
        names.append(picture.stem)
    crops, points = (np.concatenate(each) for each in zip(*parts, strict=True))
    return MarkedFaces(crops, points, tuple(names), digest=digest.hexdigest())


def _cut(
    image: npt.NDArray[np.uint8], points: npt.NDArray[np.floating], side: int
) -> tuple[npt.NDArray[np.uint8], Array]:
    """One face's crop (1, S, S, 3) and its points (1, 68, 2)."""
    flat = points[:, :2].astype(np.float64)
    crop = NetworkCrop.around(image, box_of(flat), AIR, side)
    return crop.image[None], crop.to_crop(flat)[None].astype(np.float32)
