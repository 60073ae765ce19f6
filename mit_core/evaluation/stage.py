"""A held-out clip made ready to be drawn again: only its face will be somebody else's doing."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mit_core.clocks import FEATURE_HZ, SAMPLES_PER_VIDEO_FRAME, VIDEO_HZ
from mit_core.corpus.layout import AUDIO
from mit_core.corpus.sync import moved_frames
from mit_core.errors import ClipError
from mit_core.faces.clock import resample
from mit_core.faces.registration import Settings, register, unregister
from mit_core.media.audio import read_audio
from mit_core.rendering.crop import FaceCrop
from mit_core.rendering.source_frame import source_frame
from mit_core.training.footage import Footage

Picture = npt.NDArray[np.uint8]
Array = npt.NDArray[np.floating]

_SCALE = 1.8
"""Side of the stage over the longer side of all landmarks' box: hair and neck are on it."""
_LARGEST = 320
"""Pixels a side: larger faces are drawn smaller, so that a clip costs the same whatever filmed it
and its videos stay light."""
_FEWEST = 3  # frames; of fewer no motion can be told


@dataclass(frozen=True)
class Pose:
    """The head's motion over T frames of a video: of ``Registered``, what is not the face.

    Attributes:
        quaternions: shape = (T, 4), w first.
        translations: shape = (T, 3), face units.
        scale: face units a pixel.
    """

    quaternions: npt.NDArray[np.float64]
    translations: npt.NDArray[np.float64]
    scale: float


@dataclass(frozen=True)
class Stage:
    """T frames of a clip at 25 fps, in the time of its sound.

    Attributes:
        name, speaker: of the clip.
        frames: uint8 (T, S, S, 3), a fixed square of the recording around the head.
        landmarks: shape = (T, 68, 3), as detected in the recording, pixels of that square.
        source: the frame that stands for the person: the portrait.
        sound: shape = (640 T,), 16 kHz.
        pose: of the head, in the video's pixels.
        square: where in the video the square is.
    """

    name: str
    speaker: str
    frames: Picture
    landmarks: npt.NDArray[np.float64]
    source: int
    sound: npt.NDArray[np.float32]
    pose: Pose
    square: FaceCrop

    def placed(self, registered: Array) -> npt.NDArray[np.float64]:
        """A registered face in the picture, the head where it truly was.

        Args:
            registered: shape = (N, 204), face units, 62.5 Hz from the clip's start; where it ends
                early its last frame stays.

        Returns:
            shape = (T, 68, 3), pixels of the square.
        """
        face = resample(registered, FEATURE_HZ, VIDEO_HZ, len(self.frames))
        pose = self.pose
        there = unregister(face, pose.quaternions, pose.translations, pose.scale)
        return self.square.to_crop(there, self.frames.shape[1])


def set_stage(
    footage: Footage,
    index: int,
    *,
    later: int = 0,
    most_frames: int = 100,
    registration: Settings | None = None,
) -> Stage:
    """Read a clip's frames and sound, and the head's motion out of its landmarks.

    Args:
        footage: held-out clips; each video's sound lies beside it (``layout.AUDIO``).
        index: of the clip.
        later: feature frames (62.5 Hz) by which the corpus shows this clip later than it was
            filmed, to the nearest frame of the video.
        most_frames: a longer clip ends there.
        registration: how landmarks are smoothed before the pose is told, as in the corpus.

    Raises:
        ClipError: video or sound cannot be read, or are too short.
    """
    filmed = np.asarray(footage.clip(index), np.float64)
    length = min(len(filmed), most_frames)
    if length < _FEWEST:
        raise ClipError("too_short", f"{footage.names[index]} has only {length} frames.")
    shown = moved_frames(length, round(later * VIDEO_HZ / FEATURE_HZ))
    points = filmed[shown]
    # of the whole clip, as in the corpus: the scale is one a clip
    whole = register(filmed, settings=registration)
    pose = Pose(whole.quaternions[shown], whole.translations[shown], whole.scale)
    square = FaceCrop.around(points.reshape(-1, 3), _SCALE)
    size = 2 * round(min(square.side, _LARGEST) / 2)  # H.264 wants even sides
    cut = [square.cut(frame, size) for frame in footage.frames(index, 0, length)]
    if len(cut) < length:
        raise ClipError(
            "unreadable",
            f"The video of {footage.names[index]} ends after {len(cut)} of {length} frames.",
        )
    frames = np.stack(cut)[shown]
    return Stage(
        name=footage.names[index],
        speaker=footage.speakers[index],
        frames=frames,
        landmarks=square.to_crop(points, size),
        source=source_frame(points),
        sound=_sound(footage, index, length),
        pose=pose,
        square=square,
    )


def _sound(footage: Footage, index: int, frames: int) -> npt.NDArray[np.float32]:
    samples = read_audio(Path(footage.videos[index]).with_name(AUDIO))
    start = footage.starts[index] * SAMPLES_PER_VIDEO_FRAME
    heard = samples[start : start + frames * SAMPLES_PER_VIDEO_FRAME]
    # a sound track may end with the last frame's beginning
    return np.pad(heard, (0, frames * SAMPLES_PER_VIDEO_FRAME - len(heard)))
