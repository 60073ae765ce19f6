"""Which stretches of a clip show one face that speaks, and why the rest does not serve."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_dilation, uniform_filter1d

from mit_core.faces.boxes import Image
from mit_core.faces.mediapipe_backend import MediapipeFaces
from mit_core.faces.tracks import FaceTracker, Track
from mit_core.media.audio import read_audio
from mit_core.media.shots import shot_cuts
from mit_core.media.video import read_frames
from mit_core.sequences import VIDEO_HZ
from mit_core.speech.activity import speech_frames

# Frames over which a track's boxes are averaged: a crop that jitters makes landmarks jitter.
_BOX_SMOOTHING = 9
# Shorter tracks, frames, are taken for mistakes of the face finder.
_MIN_TRACK = 10
# A talking face changes by more than 10 grey levels between searches, a re-coded still by under 1.
_STILL_MOTION = 2.0
# Share of a segment's searches that must be below that: a still has no lively moments.
_STILL_SHARE = 0.9


@dataclass(frozen=True)
class SegmentSettings:
    """What a segment must be.

    Attributes:
        min_seconds: shorter stretches are dropped.
        max_seconds: longer ones are cut into equal parts.
        max_pause_seconds: silence is kept up to this far before and after speech.
        min_face_pixels: least mean side of the face's box.
        rival_face: another face whose box has at least this share of the tracked one's area makes
            a stretch unusable, since the voice may be either's; 2 keeps such stretches.
        search_step: frames from one face search to the next.
        min_score: least score, 0..1, of a face.
    """

    min_seconds: float = 1.0
    max_seconds: float = 60.0
    max_pause_seconds: float = 1.0
    min_face_pixels: float = 40.0
    rival_face: float = 0.5
    search_step: int = 5
    min_score: float = 0.6


@dataclass(frozen=True)
class Segment:
    """Frames ``start_frame`` … ``end_frame - 1`` show one face that speaks.

    Attributes:
        boxes: shape = (T, 4), float32, its box (x0, y0, x1, y1) in pixels on every frame.
    """

    start_frame: int
    end_frame: int
    boxes: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Dropped:
    """Frames ``start_frame`` … ``end_frame - 1`` do not serve, for one reason."""

    start_frame: int
    end_frame: int
    verdict: str
    reason: str


@dataclass(frozen=True)
class Segmentation:
    """Every frame of the clip lies in exactly one segment or one dropped stretch."""

    segments: list[Segment]
    dropped: list[Dropped]


def segment_clip(
    video: str | Path,
    audio: str | Path,
    settings: SegmentSettings | None = None,
    faces: MediapipeFaces | None = None,
) -> Segmentation:
    """Segment one normalised clip (25 fps, mono 16 kHz); it is decoded once.

    Args:
        faces: the face finder, for a caller that has many clips; opened and closed here if None.

    Raises:
        ClipError: a file cannot be read.
    """
    if faces is None:
        with closing(MediapipeFaces()) as own:
            return segment_clip(video, audio, settings, own)
    settings = settings or SegmentSettings()
    tracker = FaceTracker(faces.find, settings.search_step, settings.min_score)
    cuts = shot_cuts(_shown_to(tracker, read_frames(video)))
    tracks = tracker.finish()
    speech = speech_frames(read_audio(audio))
    return cut_segments(tracker.n_frames, cuts, tracks, speech, settings)


def _shown_to(tracker: FaceTracker, frames: Iterable[Image]) -> Iterator[Image]:
    for frame in frames:
        tracker.see(frame)
        yield frame


def cut_segments(
    n_frames: int,
    cuts: Sequence[int],
    tracks: Sequence[Track],
    speech: npt.NDArray[np.bool_],
    settings: SegmentSettings,
) -> Segmentation:
    """Divide a clip's frames into segments and dropped stretches.

    Args:
        cuts: first frame of each shot but the first.
        tracks: every face that was followed.
        speech: shape = (about n_frames,); True where somebody speaks. Frames past its end are
            silent.
    """
    spoken = np.zeros(n_frames, dtype=bool)
    spoken[: len(speech)] = speech[:n_frames]
    pause = round(settings.max_pause_seconds * VIDEO_HZ)
    near_speech = binary_dilation(spoken, np.ones(2 * pause + 1, dtype=bool))

    steady = [track for track in tracks if track.end - track.start >= _MIN_TRACK]
    segments: list[Segment] = []
    verdicts = np.full(n_frames, "no_face", dtype=object)
    for shot_start, shot_end in pairwise([0, *cuts, n_frames]):
        for lead in _leading(steady, shot_start, shot_end):
            frames = slice(lead.start, lead.end)
            rivalled = _rivalled(lead, steady, settings.rival_face)
            silent = ~near_speech[frames]
            verdicts[frames] = np.where(silent, "no_speech", "several_faces")
            for start, end in _runs(~silent & ~rivalled, lead.start):
                verdict = _verdict(lead.seen, start, end, spoken, settings)
                verdicts[start:end] = verdict
                if verdict == "ok":
                    parts = _parts(start, end, settings.max_seconds)
                    segments.extend(_segment(lead.seen, *part) for part in parts)
    segments.sort(key=lambda segment: segment.start_frame)
    return Segmentation(segments, _dropped(verdicts))


@dataclass(frozen=True)
class _Lead:
    """The face that leads frames ``start`` … ``end - 1`` of a shot.

    Attributes:
        track: the whole track, maybe over several shots.
        seen: the part of it that was seen in this shot.
    """

    track: Track
    seen: Track
    start: int
    end: int


def _leading(tracks: Sequence[Track], shot_start: int, shot_end: int) -> list[_Lead]:
    """The faces that lead a shot: the largest longest first, none overlapping."""
    inside = [(track, seen) for track in tracks if (seen := track.within(shot_start, shot_end))]
    inside.sort(key=lambda pair: pair[1].mean_area * (pair[1].end - pair[1].start), reverse=True)
    free = np.ones(shot_end - shot_start, dtype=bool)
    leads = []
    for track, seen in inside:
        # A track that goes on beyond the cut fills the shot, though it was not searched for there.
        start = (shot_start if track.start < shot_start else seen.start) - shot_start
        end = (shot_end if track.end > shot_end else seen.end) - shot_start
        for run in _runs(free[start:end], start + shot_start):
            leads.append(_Lead(track, seen, *run))
        free[start:end] = False
    return leads


def _rivalled(lead: _Lead, tracks: Sequence[Track], rival_face: float) -> npt.NDArray[np.bool_]:
    """Where another face has at least ``rival_face`` of the leading one's area; (end - start,)."""
    frames = np.arange(lead.start, lead.end)
    own = _areas(lead.seen, frames)
    rivalled = np.zeros(len(frames), dtype=bool)
    for other in tracks:
        if other is not lead.track:
            present = (frames >= other.start) & (frames < other.end)
            rivalled |= present & (_areas(other, frames) >= rival_face * own)
    return rivalled


def _areas(track: Track, frames: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
    boxes = track.boxes_at(frames)
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))


def _verdict(
    track: Track, start: int, end: int, spoken: npt.NDArray[np.bool_], settings: SegmentSettings
) -> str:
    if end - start < settings.min_seconds * VIDEO_HZ:
        return "too_short"
    if not spoken[start:end].any():
        return "no_speech"
    if np.sqrt(_areas(track, np.arange(start, end)).mean()) < settings.min_face_pixels:
        return "face_too_small"
    seen = track.within(start, end)
    motion = np.array(seen.motion if seen else [])
    motion = motion[np.isfinite(motion)]
    if motion.size and np.mean(motion < _STILL_MOTION) >= _STILL_SHARE:
        return "still_image"
    return "ok"


def _parts(start: int, end: int, max_seconds: float) -> list[tuple[int, int]]:
    """Cut into as few equal parts as the greatest length allows."""
    longest = max(1, int(max_seconds * VIDEO_HZ))
    edges = np.linspace(start, end, -(-(end - start) // longest) + 1).round().astype(int)
    return [(int(a), int(b)) for a, b in pairwise(edges)]


def _segment(track: Track, start: int, end: int) -> Segment:
    boxes = track.boxes_at(np.arange(start, end))
    smooth = uniform_filter1d(boxes, _BOX_SMOOTHING, axis=0, mode="nearest")
    return Segment(start, end, smooth.astype(np.float32))


def _runs(flags: npt.NDArray[np.bool_], offset: int) -> list[tuple[int, int]]:
    """Stretches of True as (start, end), counted from ``offset``."""
    padded = np.concatenate([[False], flags, [False]]).astype(np.int8)
    steps = np.diff(padded)
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    return [(int(a) + offset, int(b) + offset) for a, b in zip(starts, ends, strict=True)]


_REASONS = {
    "no_face": (
        "No face was found from {start:.2f} s to {end:.2f} s. A face is found best from the front, "
        "uncovered, upright and in good light."
    ),
    "no_speech": (
        "Nobody speaks from {start:.2f} s to {end:.2f} s. If somebody does, check the recording's "
        "level and track."
    ),
    "several_faces": (
        "Several faces of about the same size are seen from {start:.2f} s to {end:.2f} s, so the "
        "voice may be any of theirs. Crop the video to who speaks; segment.rival_face = 2 keeps "
        "the largest."
    ),
    "too_short": (
        "Only {seconds:.2f} s of a speaking face without a break, from {start:.2f} s on. Give a "
        "longer take, or lower segment.min_seconds."
    ),
    "face_too_small": (
        "The face is too small to read from {start:.2f} s to {end:.2f} s. Give the video in its "
        "full resolution, or lower segment.min_face_pixels."
    ),
    "still_image": (
        "The face does not move while there is speech from {start:.2f} s to {end:.2f} s: "
        "it is a still picture. Give a film of the person who speaks."
    ),
}


def _dropped(verdicts: npt.NDArray[np.object_]) -> list[Dropped]:
    dropped = []
    for verdict, reason in _REASONS.items():
        for start, end in _runs(verdicts == verdict, 0):
            times = {"start": start / VIDEO_HZ, "end": end / VIDEO_HZ}
            words = reason.format(**times, seconds=(end - start) / VIDEO_HZ)
            dropped.append(Dropped(start, end, verdict, words))
    return sorted(dropped, key=lambda drop: drop.start_frame)
