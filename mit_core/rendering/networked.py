"""What renderers that draw with a network share: crops in, batches through, frames out."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

import numpy as np
import numpy.typing as npt

from mit_core.errors import UserError
from mit_core.faces.wflw import for_sketch
from mit_core.models.drawing import DrawingNetwork
from mit_core.models.translation_checkpoint import TranslationCheckpoint
from mit_core.rendering.crop import FaceCrop
from mit_core.rendering.paste import CropPaste
from mit_core.rendering.sketch import draw_sketch
from mit_core.rendering.warp import MeshWarp

_POINTS = 68  # of the landmarks that drive
_SKETCHED = (68, 74)  # what they can be drawn as

Picture = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


class NetworkRenderer(ABC):
    """The warped portrait, its face drawn by a network.

    The warp moves head, hair and neck together at the portrait's own resolution; the network sees
    the square around the face at its own, and what it made fades out toward the square's rim.

    Args:
        image: uint8 (H, W, 3 or 4) portrait. landmarks: (68, 2 or 3) of it in pixels.
        checkpoint: the network.
        threads: batches that are worked on at once, one core each.
        device: ``cpu``, ``cuda``, ``cuda:1`` ...

    Raises:
        UserError: the landmarks form no face; the network wants a sketch of more points.
    """

    def __init__(
        self,
        image: Picture,
        landmarks: np.ndarray,
        checkpoint: TranslationCheckpoint,
        threads: int = 1,
        device: str = "cpu",
    ):
        if checkpoint.points not in _SKETCHED:
            raise UserError(
                f"The {checkpoint.kind} network was trained on sketches of {checkpoint.points} "
                f"points, but faces are driven by {_POINTS}: train one on {_POINTS} points."
            )
        self._warp = MeshWarp(image, landmarks)
        self._crop = FaceCrop.around(landmarks, checkpoint.crop)
        self._size, self._points = checkpoint.size, checkpoint.points
        self._paste = CropPaste(self._crop, self._size, *self._warp.size)
        self._threads = threads
        self._network = DrawingNetwork(checkpoint, threads, device)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the frames."""
        return self._warp.size

    def render(self, landmarks: np.ndarray) -> Picture:
        """The frame for (68, 2 or 3) landmarks in pixels, uint8 of the portrait's shape."""
        return next(self.frames([landmarks]))

    def frames(self, landmarks: Iterable[np.ndarray]) -> Iterator[Picture]:
        """The frames, in order; a few batches of them in memory, however many there are."""
        batches = _batches(landmarks, self._network.batch)
        if self._threads == 1:
            for points in batches:
                warped, sketches, crops = self._prepared(points)
                yield from self._composed(warped, crops, self._draw(sketches, crops))
            return
        waiting: deque[tuple[list[Picture], Picture, Future[Floats]]] = deque()
        with ThreadPoolExecutor(self._threads) as pool:
            for points in batches:
                warped, sketches, crops = self._prepared(points)
                waiting.append((warped, crops, pool.submit(self._draw, sketches, crops)))
                if len(waiting) > self._threads:
                    warped, crops, drawn = waiting.popleft()
                    yield from self._composed(warped, crops, drawn.result())
            for warped, crops, drawn in waiting:
                yield from self._composed(warped, crops, drawn.result())

    @abstractmethod
    def _shown(self, crops: Picture) -> Picture:
        """The network's second picture (N, S, S, 3) for each warped crop (N, S, S, 3)."""

    @abstractmethod
    def _put(self, frame: Picture, crop: Picture, drawn: Floats) -> None:
        """Put what was drawn (S, S, 3), grey levels, into the frame that the crop is cut from."""

    def _cut(self, image: Picture) -> Picture:
        """The face crop (S, S, 3), on white where the picture is transparent."""
        crop = self._crop.cut(image, self._size)
        if crop.shape[2] == 3:
            return crop
        alpha = crop[..., 3:].astype(np.float32) / 255
        return np.rint(alpha * crop[..., :3] + 255 * (1 - alpha)).astype(np.uint8)

    def _prepared(self, points: list[np.ndarray]) -> tuple[list[Picture], Picture, Picture]:
        """Warped frames, sketches and crops of a batch of landmarks."""
        warped = [self._warp.render(p) for p in points]
        size = self._size
        seen = [for_sketch(self._crop.to_crop(p[:, :2], size), self._points) for p in points]
        sketches = [draw_sketch(each, size, size) for each in seen]
        return warped, np.stack(sketches), np.stack([self._cut(frame) for frame in warped])

    def _draw(self, sketches: Picture, crops: Picture) -> Floats:
        """What the network draws, (N, S, S, 3), grey levels."""
        return self._network(sketches, self._shown(crops))

    def _composed(self, warped: list[Picture], crops: Picture, drawn: Floats) -> Iterator[Picture]:
        for frame, crop, picture in zip(warped, crops, drawn, strict=True):
            self._put(frame, crop, picture)
            yield frame


def _batches(landmarks: Iterable[np.ndarray], size: int) -> Iterator[list[np.ndarray]]:
    frames = iter(landmarks)
    while batch := list(islice(frames, size)):
        yield batch
