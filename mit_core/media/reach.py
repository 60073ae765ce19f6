"""Where a media file really ends, whatever its header says."""

import math
from dataclasses import dataclass
from pathlib import Path

import av
import av.error
import numpy as np
import numpy.typing as npt

from mit_core.media.probe import open_media, pick_audio, pick_video

# A header's length may exceed the last time stamp by a frame or a block of sound, never by this.
_SLACK_S = 0.25
# Formats without a header that states their length: ffmpeg estimates it, so it proves nothing.
_UNDECLARED = {"mpeg", "mpegts", "mp3", "aac", "h264", "hevc", "mpegvideo", "m4v"}


@dataclass(frozen=True)
class Reach:
    """How far a file's packets really reach.

    Attributes:
        video_s, audio_s: end of each track after the container's start, seconds; 0 without one.
        declared_s: length by the header, seconds; 0 where the format has none.
        cut_short: True where the file breaks off before its end.
        stamps_s: shape = (n,), times of the video's packets, seconds, sorted.
        leap_s: longest time without a packet of either track, before the last one, seconds.
    """

    video_s: float
    audio_s: float
    declared_s: float
    cut_short: bool
    stamps_s: npt.NDArray[np.float64]
    leap_s: float = 0.0


def packet_reach(file: str | Path) -> Reach:
    """Read all packets of a media file, without decoding them, to learn where it really ends.

    Raises:
        ClipError: as ``probe``.
    """
    with open_media(file) as container:
        video, audio = pick_video(container), pick_audio(container)
        streams = [stream for stream in (video, audio) if stream is not None]
        if not streams:
            return Reach(0.0, 0.0, 0.0, False, np.empty(0))
        start = (container.start_time or 0) / av.time_base
        ends = {stream.index: start for stream in streams}
        stamps: dict[int, list[float]] = {stream.index: [] for stream in streams}
        damage = -math.inf  # last packet that ffmpeg calls corrupt
        try:
            for packet in container.demux(streams):
                if packet.size == 0:
                    continue
                index = packet.stream.index
                if packet.pts is not None and packet.time_base is not None:
                    begin = float(packet.pts * packet.time_base)
                    length = float((packet.duration or 0) * packet.time_base)
                    ends[index] = max(ends[index], begin + length)
                    stamps[index].append(begin)
                if packet.is_corrupt:
                    damage = max(ends.values())
        except av.error.FFmpegError:
            damage = math.inf
        declared = 0.0
        if container.duration is not None and container.format.name not in _UNDECLARED:
            declared = container.duration / av.time_base
        end = max(ends.values())
        return Reach(
            video_s=ends[video.index] - start if video is not None else 0.0,
            audio_s=ends[audio.index] - start if audio is not None else 0.0,
            declared_s=declared,
            cut_short=damage > end - _SLACK_S or end - start < declared - _SLACK_S,
            stamps_s=np.sort(stamps[video.index]) if video is not None else np.empty(0),
            leap_s=_longest_step([start, *(stamp for track in stamps.values() for stamp in track)]),
        )


def _longest_step(stamps: list[float]) -> float:
    return float(np.diff(np.sort(stamps)).max(initial=0.0))
