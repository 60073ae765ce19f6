"""Follow faces through a video: which box in which frame belongs to whom."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from mit_core.faces.boxes import Box, FoundFace, Image, area, overlap

# A face keeps its track while its box shares this much with the last one.
_SAME_FACE = 0.3
# Motion is measured on face crops of this side, which averages the noise of video coding away.
_MOTION_SIDE = 32


@dataclass
class Track:
    """One face over the frames in which it was looked for and found.

    Attributes:
        frames: rising frame numbers.
        boxes: its box in each of them, pixels.
        motion: how much the picture inside the face's box changed since the frame looked at
            before, in grey levels of 255 (95th percentile over the face); NaN where not known.
    """

    frames: list[int] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    motion: list[float] = field(default_factory=list)

    @property
    def start(self) -> int:
        """First frame."""
        return self.frames[0]

    @property
    def end(self) -> int:
        """One past the last frame."""
        return self.frames[-1] + 1

    @property
    def mean_area(self) -> float:
        """Mean area of the box, square pixels."""
        return float(np.mean([area(box) for box in self.boxes]))

    def boxes_at(self, frames: Sequence[int] | npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
        """Boxes (len(frames), 4): linear between those known, held before and after them."""
        known = np.array(self.boxes)
        return np.stack([np.interp(frames, self.frames, edge) for edge in known.T], axis=1)

    def within(self, start: int, end: int) -> "Track | None":
        """The part of the track that was seen in frames ``start`` … ``end - 1``."""
        kept = [place for place, frame in enumerate(self.frames) if start <= frame < end]
        if not kept:
            return None
        part = slice(kept[0], kept[-1] + 1)
        return Track(self.frames[part], self.boxes[part], self.motion[part])


class FaceTracker:
    """Gathers tracks from frames shown one by one.

    Faces are looked for in every ``step``-th frame; where one appears, goes or jumps in between,
    the frames between are searched, too, so that tracks begin and end on the right frame.
    """

    def __init__(
        self,
        find: Callable[[Image], list[FoundFace]],
        step: int = 5,
        min_score: float = 0.6,
        max_gap: int = 12,
    ) -> None:
        """
        Args:
            find: gives the faces of a picture.
            step: frames from one search to the next.
            min_score: faces with a lower score are overlooked.
            max_gap: frames that a face may be lost for and still keep its track.
        """
        self._find = find
        self._step = step
        self._min_score = min_score
        self._max_gap = max_gap
        self._tracks: list[Track] = []
        self._active: list[Track] = []
        self._waiting: list[tuple[int, Image]] = []
        self._last: Image | None = None
        self.n_frames = 0

    def see(self, frame: Image) -> None:
        """Show the next frame: shape = (H, W, 3), uint8 RGB."""
        self._waiting.append((self.n_frames, frame))
        self.n_frames += 1
        if self.n_frames % self._step == 1 or self._step == 1:
            self._search()

    def finish(self) -> list[Track]:
        """All tracks, in the order of their beginning; call it after the last frame."""
        if self._waiting:
            self._search()
        return self._tracks

    def _search(self) -> None:
        *between, (number, frame) = self._waiting
        self._waiting = []
        faces = self._faces(frame)
        matched = self._match(faces)
        undisturbed = len(matched) == len(faces) == len(self._active)
        if between and not undisturbed:
            for earlier, picture in between:
                self._note(earlier, self._faces(picture), picture)
        self._note(number, faces, frame)

    def _faces(self, frame: Image) -> list[Box]:
        return [face.box for face in self._find(frame) if face.score >= self._min_score]

    def _match(self, boxes: list[Box]) -> dict[int, Track]:
        """The track that each box continues, best overlap first."""
        pairs = sorted(
            (
                (overlap(box, track.boxes[-1]), place, order)
                for place, box in enumerate(boxes)
                for order, track in enumerate(self._active)
            ),
            reverse=True,
        )
        matched: dict[int, Track] = {}
        for shared, place, order in pairs:
            track = self._active[order]
            taken = any(track is other for other in matched.values())
            if shared >= _SAME_FACE and place not in matched and not taken:
                matched[place] = track
        return matched

    def _note(self, number: int, boxes: list[Box], frame: Image) -> None:
        matched = self._match(boxes)
        for place, box in enumerate(boxes):
            track = matched.get(place)
            if track is None:
                track = Track()
                self._tracks.append(track)
                self._active.append(track)
            moved = float("nan")
            if track.boxes and self._last is not None:
                moved = _motion(self._last, frame, track.boxes[-1])
            track.frames.append(number)
            track.boxes.append(box)
            track.motion.append(moved)
        self._active = [t for t in self._active if number - t.frames[-1] <= self._max_gap]
        self._last = frame


def _motion(before: Image, after: Image, box: Box) -> float:
    """95th percentile of the change in grey level inside the box."""
    height, width = before.shape[:2]
    x0, x1 = (int(np.clip(edge, 0, width)) for edge in (box[0], box[2]))
    y0, y1 = (int(np.clip(edge, 0, height)) for edge in (box[1], box[3]))
    if after.shape != before.shape or x1 - x0 < 2 or y1 - y0 < 2:
        return float("nan")
    small = [
        cv2.cvtColor(
            cv2.resize(
                picture[y0:y1, x0:x1], (_MOTION_SIDE, _MOTION_SIDE), interpolation=cv2.INTER_AREA
            ),
            cv2.COLOR_RGB2GRAY,
        ).astype(np.float32)
        for picture in (before, after)
    ]
    return float(np.percentile(np.abs(small[1] - small[0]), 95))
