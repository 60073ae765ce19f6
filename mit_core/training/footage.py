"""What networks that make pictures are handed: stretches of video with a face's landmarks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from mit_core.clocks import VIDEO_HZ
from mit_core.media.video import read_frames


@dataclass(frozen=True)
class Footage:
    """S stretches of one talking face each, in videos at 25 fps; their frames stay in the videos.

    Landmarks are held in memory, 73 MB an hour; frames are decoded as they are asked for.

    Attributes:
        videos: S paths of videos; stretches may share one.
        starts: S numbers of the video's frame that a stretch begins with.
        landmarks: shape = (N, 68, 3), float32, pixels of the video, all stretches end to end.
        offsets: shape = (S + 1,), int64; stretch i is ``offsets[i]:offsets[i + 1]``.
        speakers: S speaker names.
        names: S segment ids.
        digest: of all that made the data; "" where nobody knows.
    """

    # Where the same footage lies makes no other footage of it.
    videos: tuple[str, ...] = field(compare=False)
    starts: tuple[int, ...]
    landmarks: npt.NDArray[np.float32]
    offsets: npt.NDArray[np.int64]
    speakers: tuple[str, ...]
    names: tuple[str, ...]
    digest: str = ""
    feature: ClassVar[str] = "frames"

    def __len__(self) -> int:
        return len(self.names)

    @property
    def hours(self) -> float:
        """Length of all stretches together."""
        return int(self.offsets[-1]) / VIDEO_HZ / 3600

    def clip(self, index: int) -> npt.NDArray[np.float32]:
        """The landmarks (T, 68, 3) of stretch ``index``, pixels."""
        return self.landmarks[int(self.offsets[index]) : int(self.offsets[index + 1])]

    def frames(
        self, index: int, start: int = 0, stop: int | None = None
    ) -> Iterator[npt.NDArray[np.uint8]]:
        """Decode frames ``start`` to ``stop - 1`` of stretch ``index``, one at a time.

        Args:
            index: of the stretch.
            start, stop: within the stretch; by default all of it.

        Yields:
            uint8 (H, W, 3) RGB.

        Raises:
            ClipError: the video cannot be read.
        """
        length = len(self.clip(index))
        first = self.starts[index]
        stop = length if stop is None else min(stop, length)
        return read_frames(self.videos[index], first + start, first + stop)

    def only(self, indices: Sequence[int]) -> "Footage":
        """The footage of these stretches alone, in this order."""
        lengths = [len(self.clip(index)) for index in indices]
        none = np.zeros((0, *self.landmarks.shape[1:]), np.float32)
        return Footage(
            videos=tuple(self.videos[index] for index in indices),
            starts=tuple(self.starts[index] for index in indices),
            landmarks=np.concatenate([none, *(self.clip(index) for index in indices)]),
            offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            speakers=tuple(self.speakers[index] for index in indices),
            names=tuple(self.names[index] for index in indices),
            digest=self.digest,
        )
