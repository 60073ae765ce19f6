"""Landmarks over a video."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tqdm import tqdm

from mit_core import __version__
from mit_core.clocks import VIDEO_HZ
from mit_core.corpus.catalogue import AUDIO_SUFFIXES
from mit_core.errors import ClipError
from mit_core.faces.boxes import Box, Image, box_of
from mit_core.faces.detectors import Detection, LandmarkDetector
from mit_core.media.normalise import normalise
from mit_core.media.probe import probe
from mit_core.media.video import VideoWriter, read_frames
from mit_core.preview.overlay import overlaid


@dataclass(frozen=True)
class Preview:
    """What came of it: frames, and those on which a face was found."""

    frames: int
    found: int


def preview_video(video: Path, output: Path, detector: LandmarkDetector) -> Preview:
    """Write a video with the landmarks of its largest face drawn over it, and with its sound.

    It is shown as the workflow sees it: upright, at 25 frames a second. A frame without a face is
    left as it is.

    Raises:
        ClipError: it cannot be read.
    """
    made_by = f"Landmarks drawn over {video.name} by mit-core {__version__}"
    with TemporaryDirectory() as folder:
        frames, sound = _working_copy(video, Path(folder))
        total, found, last = 0, 0, None
        info = probe(frames).video
        assert info is not None
        with (
            VideoWriter(
                output, VIDEO_HZ, info.width, info.height, audio=sound, made_by=made_by
            ) as writer,
            tqdm(total=info.n_frames, unit="frame", desc=output.name, disable=None) as bar,
        ):
            for frame in read_frames(frames):
                seen = _look(detector, frame, last)
                last = None if seen is None else box_of(seen.points[:, :2])
                writer.write(frame if seen is None else overlaid(frame, seen.points))
                total += 1
                found += seen is not None
                bar.update()
    return Preview(total, found)


def _look(detector: LandmarkDetector, frame: Image, last: Box | None) -> Detection | None:
    """The face that was seen last, so that of two the same is followed; else the largest."""
    seen = None if last is None else detector.detect(frame, last)
    return seen or detector.detect(frame)


def _working_copy(video: Path, folder: Path) -> tuple[Path, Path | None]:
    """The picture at 25 frames a second, and its sound; None where there is none."""
    copy, wav = folder / "video.mp4", folder / "audio.wav"
    beside = next(
        (file for end in AUDIO_SUFFIXES if (file := video.with_suffix(end)).is_file()), None
    )
    source = probe(video)
    if source.video is None:
        raise ClipError(
            "no_video", f"{video.name} has no moving picture: give a video of a person speaking."
        )
    if source.audio is None and beside is None:
        from mit_core.media.audio import write_wav

        # a silent track takes the place of one, and is not shown
        beside = folder / "silence.wav"
        write_wav(beside, [0.0] * 160)
        normalise(video, beside, copy, wav)
        return copy, None
    normalise(video, beside, copy, wav)
    return copy, wav
