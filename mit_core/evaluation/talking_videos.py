"""A held-out clip as everybody has it speak, as videos to be seen side by side."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from mit_core.clocks import VIDEO_HZ
from mit_core.evaluation.stage import Stage
from mit_core.faces.drawn_contours import draw_contours
from mit_core.media.audio import write_wav
from mit_core.media.video import VideoWriter

Picture = npt.NDArray[np.uint8]
Array = npt.NDArray[np.floating]
Colour = tuple[int, int, int]

RECORDING = "recording"
LANDMARKS = "landmarks"

_CRF = 23  # x264's own default: a page carries many of these
_GROUND: Colour = (250, 250, 250)
_FILMED: Colour = (20, 110, 190)
_PREDICTED: Colour = (225, 95, 20)
_PLAIN = 480  # pixels a side of the video of lines, to be read when shown small


class ClipVideos:
    """Writes one clip's videos, all of one length and with the same sound.

    Args:
        stage: the clip.
        folder: for its videos, ``{name}.mp4``.
    """

    def __init__(self, stage: Stage, folder: Path):
        self._stage, self._folder = stage, folder
        self._written: list[tuple[str, Path]] = []

    def add(self, name: str, frames: Sequence[Picture] | Picture, synthetic: bool = True) -> None:
        """Write a video of the stage's T frames, uint8 (H, W, 3) each, one at least."""
        path = self._folder / f"{name}.mp4"
        height, width = frames[0].shape[:2]
        with TemporaryDirectory() as folder:
            sound = Path(folder) / "sound.wav"
            write_wav(sound, self._stage.sound)
            with VideoWriter(
                path, VIDEO_HZ, width, height, sound, _CRF, synthetic=synthetic
            ) as video:
                for frame in frames:
                    video.write(frame)
        self._written.append((name, path))

    def group(self, index: Path) -> dict[str, Any]:
        """This clip's entry in the index: its title, caption and videos, files relative to it."""
        return {
            "title": self._stage.name,
            "caption": (
                f"A held-out clip of {self._stage.speaker}. Head and sound are the recording's "
                "throughout; only the face differs."
            ),
            "videos": [
                {
                    "title": name.replace("_", " "),
                    "file": path.relative_to(index.parent).as_posix(),
                }
                for name, path in self._written
            ],
        }


def drawn_lines(stage: Stage, predicted: Array) -> list[Picture]:
    """The clip's filmed and predicted landmarks as lines of two colours on a plain ground.

    Args:
        stage: the clip, T frames.
        predicted: shape = (T, 68, 2 or 3), pixels of the stage.
    """
    zoom = _PLAIN / stage.frames.shape[1]
    shown: Mapping[str, tuple[Array, Colour]] = {
        "filmed": (stage.landmarks, _FILMED),
        "predicted": (predicted, _PREDICTED),
    }
    pictures = []
    for number in range(len(stage.frames)):
        picture = np.full((_PLAIN, _PLAIN, 3), _GROUND, np.uint8)
        for place, (title, (points, colour)) in enumerate(shown.items()):
            draw_contours(picture, (points[number, :, :2] + 0.5) * zoom - 0.5, colour)
            at = (12, _PLAIN - 14 - 26 * (len(shown) - 1 - place))
            cv2.putText(picture, title, at, cv2.FONT_HERSHEY_SIMPLEX, 0.8, colour, 2, cv2.LINE_AA)
        pictures.append(picture)
    return pictures
