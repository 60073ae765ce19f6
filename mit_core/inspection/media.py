"""Videos and sounds."""

import math
from pathlib import Path
from typing import Any

import numpy as np

from mit_core.clocks import SAMPLE_RATE
from mit_core.corpus.catalogue import AUDIO_SUFFIXES
from mit_core.errors import ClipError
from mit_core.inspection.finding import Finding
from mit_core.media.audio import mono_blocks
from mit_core.media.intake import Settings, inspect_clip
from mit_core.media.probe import open_media, probe
from mit_core.media.video import SYNTHETIC_COMMENT


def describe_clip(path: Path) -> Finding:
    """A video, with its verdict as footage, or a sound."""
    found = probe(path)
    if found.video is None and found.audio is not None:
        return _sound(path)
    beside = next(
        (file for end in AUDIO_SUFFIXES if (file := path.with_suffix(end)).is_file()), None
    )
    record = inspect_clip(path, beside)
    rate = f"{record.fps:.4g} frames a second{', unevenly' if record.variable_rate else ''}"
    seen = f"{record.width} x {record.height} pixels, {rate}, {record.video_codec}"
    heard = f"{record.audio_codec}, {record.sample_rate} Hz, {_channels(record.channels)}"
    words = [
        f"It lasts {record.seconds:.2f} s; picture: {seen}"
        + (f", turned by {record.rotation_deg} degrees." if record.rotation_deg else "."),
        f"Sound: {heard}." if record.sample_rate else "It has no sound.",
    ]
    if beside is not None:
        words.append(f"{beside.name}, which lies beside it, is its sound.")
    comment = _comment(path)
    if comment.startswith(SYNTHETIC_COMMENT):
        words.append(f"It says of itself: {comment}")
    good = record.verdict == "ok"
    if not good:
        verdict = record.reason
    elif comment.startswith(SYNTHETIC_COMMENT):
        verdict = "it can be read as footage, but would teach what a program drew."
    else:
        verdict = "it can be used as footage."
    words += [f"Verdict: {verdict}", *record.notes]
    facts: dict[str, Any] = {
        **{key: getattr(record, key) for key in _FACTS},
        "audio": str(beside or ""),
        "notes": list(record.notes),
        "synthetic": comment.startswith(SYNTHETIC_COMMENT),
    }
    return Finding("video", tuple(words), facts, good)


_FACTS = (
    *("verdict", "reason", "container", "seconds", "fps", "variable_rate", "width", "height"),
    *("rotation_deg", "video_codec", "audio_codec", "sample_rate", "channels", "video_sha256"),
)


def _sound(path: Path) -> Finding:
    audio = probe(path).audio
    assert audio is not None
    samples, peak = 0, 0.0
    for block in mono_blocks(path, SAMPLE_RATE):
        samples += len(block)
        peak = max(peak, float(np.abs(block).max(initial=0)))
    seconds = samples / SAMPLE_RATE
    dbfs = 20 * math.log10(peak) if peak else -math.inf
    silent = dbfs < Settings().silence_dbfs
    loudest = "" if silent else f", loudest at {dbfs:.1f} dB below full scale".replace(" -", " ")
    words = (
        f"It lasts {seconds:.2f} s: {audio.codec}, {audio.sample_rate} Hz, "
        f"{_channels(audio.channels)}{loudest}.",
        f"Verdict: {path.name} is silent all through. Check the recording."
        if silent
        else "Verdict: it can drive a portrait, or be a video's sound.",
    )
    facts = {
        "seconds": round(seconds, 3),
        "codec": audio.codec,
        "sample_rate": audio.sample_rate,
        "channels": audio.channels,
        "verdict": "silent_audio" if silent else "ok",
    }
    return Finding("sound", words, facts, not silent)


def _comment(path: Path) -> str:
    try:
        with open_media(path) as file:
            return file.metadata.get("comment", "") or file.metadata.get("COMMENT", "")
    except ClipError:
        return ""


def _channels(number: int) -> str:
    return {1: "mono", 2: "stereo"}.get(number, f"{number} channels")
