"""The demo corpus as files: talking-head videos that say openly that they are synthetic."""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mit_core.clocks import VIDEO_HZ
from mit_core.demo.face import Face
from mit_core.demo.performance import Performance, perform
from mit_core.demo.plan import DemoClip, held_out_clip
from mit_core.demo.portrait import actor
from mit_core.files import write_arrays
from mit_core.media.audio import write_wav
from mit_core.media.video import VideoWriter
from mit_core.progress import told
from mit_core.rendering.warp import MeshWarp


@dataclass(frozen=True)
class Settings:
    """How the footage is made.

    Attributes:
        size: width and height in pixels, 128 to 512.
        crf: x264's constant rate factor.
    """

    size: int = 256
    crf: int = 18


def make_footage(
    clips: Iterable[DemoClip], videos: str | Path, truth: str | Path, settings: Settings
) -> None:
    """Make ``videos/{id}.mp4`` and ``truth/{id}.npz`` of each clip.

    The truth holds ``landmarks`` (T, 68, 3) float32 in pixels, ``lids`` (T,), ``turn`` (T, 3) in
    degrees of pitch, yaw and roll, and the phonemes as ``ipa`` (N,), ``start`` and ``end`` (N,) in
    seconds. A clip's files depend on the clip and the settings alone.

    Raises:
        UserError: eSpeak NG or ffmpeg failed.
    """
    portrait = actor(settings.size)
    face, warp = Face(portrait.landmarks), MeshWarp(portrait.image, portrait.landmarks)
    for clip in told(list(clips), "demo footage", "clips"):
        performance = perform(clip, face)
        _film(performance, warp, Path(videos) / f"{clip.id}.mp4", settings)
        _write_truth(performance, Path(truth) / f"{clip.id}.npz")


def demo_speech(out_wav: str | Path) -> None:
    """Write the held-out sentence (``plan.held_out_clip``) that the demo animates."""
    performance = perform(held_out_clip(), Face(actor(256).landmarks))
    write_wav(out_wav, performance.audio, performance.sample_rate)


def _film(performance: Performance, warp: MeshWarp, path: Path, settings: Settings) -> None:
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "speech.wav"
        write_wav(wav, performance.audio, performance.sample_rate)
        with VideoWriter(path, VIDEO_HZ, settings.size, settings.size, wav, settings.crf) as video:
            for points in performance.landmarks:
                video.write(warp.render(points))


def _write_truth(performance: Performance, path: Path) -> None:
    phonemes = performance.phonemes
    write_arrays(
        path,
        {
            "landmarks": performance.landmarks,
            "lids": performance.expression.lids,
            "turn": performance.expression.turn,
            "ipa": np.array([phoneme.ipa for phoneme in phonemes]),
            "start": np.array([phoneme.start for phoneme in phonemes]),
            "end": np.array([phoneme.end for phoneme in phonemes]),
        },
    )
