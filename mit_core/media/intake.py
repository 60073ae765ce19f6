"""What a user's clip is, and whether it can be used at all, in words for that user."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mit_core.clocks import SAMPLE_RATE
from mit_core.errors import ClipError
from mit_core.media.audio import mono_blocks
from mit_core.media.probe import MediaInfo, check_file, probe
from mit_core.media.reach import Reach, packet_reach
from mit_core.provenance import file_sha256

OK = "ok"

# Steps between frames are uneven when more than this share of them are off by more than this
# part: Matroska rounds to 1 ms (6 % at 60 fps), and a lost frame or two make no variable rate.
_STEP_SLACK = 0.25
_STEP_SHARE = 0.02
# Sound that ends this much before the picture is worth a word, seconds.
_EARLY_END_S = 0.5
# Longer without a frame or sound, seconds, is no pause of a clip but a damaged clock: ffmpeg would
# fill it with copies, hours of them.
_LEAP_S = 60.0
# Broadcasts leap where they were put together; ffmpeg closes these gaps.
_LEAPING = {"mpeg", "mpegts"}


@dataclass(frozen=True)
class Settings:
    """Knobs of ``inspect_clip``.

    Attributes:
        min_seconds: shortest picture worth using, seconds.
        silence_dbfs: a sound track whose loudest sample is below this is silent, dBFS.
    """

    min_seconds: float = 1.0
    silence_dbfs: float = -60.0


@dataclass(frozen=True)
class IntakeRecord:
    """One input clip; a flat row for a table.

    Attributes:
        video, audio: the files; ``audio`` is None where the video's own sound is used.
        video_sha256, audio_sha256: hex digests, "" where there is no such file.
        verdict: ``ok``, or why not: ``not_found``, ``bad_name``, ``empty_file``, ``not_media``,
            ``unreadable``, ``too_large``, ``no_video``, ``no_audio``, ``time_leap``, ``truncated``,
            ``too_short`` or ``silent_audio``.
        reason: one plain sentence, "" when ok.
        notes: what a user may want to know of a clip that is used all the same.
        container, video_codec, audio_codec: ffmpeg's names.
        seconds: length of the picture that is there.
        fps: mean frames per second; ``variable_rate`` where they are of unequal length.
        width, height: pixels when upright; ``rotation_deg`` the turn that makes it so.
        sample_rate, channels: of the sound, Hz.
    """

    video: Path
    audio: Path | None
    video_sha256: str = ""
    audio_sha256: str = ""
    verdict: str = OK
    reason: str = ""
    notes: tuple[str, ...] = ()
    container: str = ""
    seconds: float = 0.0
    fps: float = 0.0
    variable_rate: bool = False
    width: int = 0
    height: int = 0
    rotation_deg: int = 0
    video_codec: str = ""
    audio_codec: str = ""
    sample_rate: int = 0
    channels: int = 0


def inspect_clip(
    video: str | Path,
    audio: str | Path | None = None,
    settings: Settings = Settings(),
) -> IntakeRecord:
    """Look at one clip: hashes, streams and a verdict. Never raises for what a file holds.

    Args:
        video: the clip; read only.
        audio: its separate sound, or None for the video's own.
        settings: see ``Settings``.
    """
    picture_file = Path(video)
    sound_file = None if audio is None else Path(audio)
    facts: dict[str, Any] = {}  # what was learnt stays, even of a clip that is refused
    try:
        facts["video_sha256"] = _sha256(picture_file)
        if sound_file is not None:
            facts["audio_sha256"] = _sha256(sound_file)
        picture = probe(picture_file)
        facts |= _picture_facts(picture)
        sound = picture if sound_file is None else probe(sound_file)
        facts |= _sound_facts(sound)
        reach = packet_reach(picture_file)
        facts |= {"seconds": reach.video_s} | _rate_facts(reach)
        sound_reach = reach if sound_file is None else packet_reach(sound_file)
        _judge(picture, reach, sound, settings)
        _refuse_leap(picture, reach)
        if sound_reach is not reach:
            _refuse_leap(sound, sound_reach)
        facts["notes"] = _notes(picture, reach, sound_reach)
    except ClipError as error:
        facts |= {"verdict": error.verdict, "reason": error.reason}
    return IntakeRecord(picture_file, sound_file, **facts)


def _sha256(file: Path) -> str:
    check_file(file)
    try:
        return file_sha256(file)
    except OSError as error:
        raise ClipError(
            "unreadable", f"{file.name} cannot be read: {error.strerror or error}."
        ) from error


def _picture_facts(info: MediaInfo) -> dict[str, Any]:
    facts: dict[str, Any] = {"container": info.container, "seconds": info.duration_s}
    if info.video is not None:
        facts |= {
            "fps": info.video.fps,
            "variable_rate": info.video.variable_rate,
            "width": info.video.width,
            "height": info.video.height,
            "rotation_deg": info.video.rotation_deg,
            "video_codec": info.video.codec,
        }
    return facts


def _sound_facts(info: MediaInfo) -> dict[str, Any]:
    if info.audio is None:
        return {}
    return {
        "audio_codec": info.audio.codec,
        "sample_rate": info.audio.sample_rate,
        "channels": info.audio.channels,
    }


def _rate_facts(reach: Reach) -> dict[str, Any]:
    """The rate by the frames that are there: Matroska's header does not tell of missing ones."""
    steps = np.diff(reach.stamps_s)
    if steps.size == 0 or not reach.stamps_s[-1] > reach.stamps_s[0]:
        return {}
    uneven = np.abs(steps - np.median(steps)) > _STEP_SLACK * np.median(steps)
    return {"fps": float(1 / steps.mean()), "variable_rate": bool(uneven.mean() > _STEP_SHARE)}


def _notes(picture: MediaInfo, reach: Reach, sound: Reach) -> tuple[str, ...]:
    notes = []
    if reach.cut_short:
        notes.append(f"{_breaks_off(picture, reach)} The part before is used.")
    if 0 < sound.audio_s < reach.video_s - _EARLY_END_S:
        notes.append(
            f"Its sound ends after {sound.audio_s:.1f} s of {reach.video_s:.1f} s; the rest counts "
            "as silence."
        )
    return tuple(notes)


def _breaks_off(picture: MediaInfo, reach: Reach) -> str:
    whole = f" of {reach.declared_s:.2f} s" if reach.declared_s > reach.video_s else ""
    return f"{picture.path.name} breaks off after {reach.video_s:.2f} s{whole}."


def _judge(picture: MediaInfo, reach: Reach, sound: MediaInfo, settings: Settings) -> None:
    name = picture.path.name
    if reach.cut_short and (picture.video is None or sound.audio is None):
        raise ClipError(
            "truncated", f"{name} breaks off before picture and sound begin. Copy it again in full."
        )
    if picture.video is None:
        raise ClipError(
            "no_video",
            f"{name} has no moving picture that can be decoded, only sound or a still. Give a "
            "video of a person speaking.",
        )
    if sound.audio is None:
        raise ClipError(
            "no_audio",
            f"{sound.path.name} has no sound track. Give a video with speech, or lay a wav of the "
            "same name beside it.",
        )
    if reach.video_s < settings.min_seconds:
        if reach.cut_short:
            raise ClipError("truncated", f"{_breaks_off(picture, reach)} Copy it again in full.")
        raise ClipError(
            "too_short",
            f"{name} lasts {reach.video_s:.2f} s; at least {settings.min_seconds:g} s are needed. "
            "Give a longer take, or lower intake.min_seconds.",
        )
    if _peak_dbfs(sound.path) < settings.silence_dbfs:
        raise ClipError(
            "silent_audio",
            f"The sound of {sound.path.name} is silent all through (below "
            f"{settings.silence_dbfs:g} dBFS). Check the recording.",
        )


def _refuse_leap(info: MediaInfo, reach: Reach) -> None:
    if reach.leap_s > _LEAP_S and info.container not in _LEAPING:
        raise ClipError(
            "time_leap",
            f"{info.path.name}: its time stamps leap by {reach.leap_s:.0f} s, so that it claims to "
            "last far longer than what it holds. Export it again, or cut it at the leap.",
        )


def _peak_dbfs(file: Path) -> float:
    """Loudest sample of the sound mixed to mono, dB relative to full scale."""
    # at the rate at which everything after this hears it
    blocks = mono_blocks(file, SAMPLE_RATE)
    peak = max((float(np.abs(block).max()) for block in blocks), default=0.0)
    return 20 * math.log10(peak) if peak > 0 else -math.inf
