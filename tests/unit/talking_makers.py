"""Clips of the demo's actor, who says what a curve tells, with their sound and landmarks."""

from pathlib import Path

import numpy as np
from drawn_faces import speak

from mit_core.clocks import FEATURE_HZ, VIDEO_HZ, feature_frames
from mit_core.corpus.layout import AUDIO, VIDEO
from mit_core.demo.portrait import actor
from mit_core.faces.clock import resample
from mit_core.faces.registration import Settings, register
from mit_core.media.audio import write_wav
from mit_core.media.video import VideoWriter
from mit_core.rendering.warp import MeshWarp
from mit_core.training.footage import Footage

SIZE, FRAMES, BEFORE = 160, 32, 2
REGISTRATION = Settings(smoothing_window=1)


def spoken_points(seed: int, frames: int = FRAMES) -> np.ndarray:
    """Landmarks (frames, 68, 3) of the actor, whose mouth moves by chance and whose head sways."""
    rng = np.random.default_rng(seed)
    openings = np.abs(np.convolve(rng.standard_normal(frames + 2), np.ones(3) / 3, "valid"))
    # at rest in one frame, which will be the portrait
    openings[frames // 2] = 0
    face = actor(SIZE).landmarks.astype(np.float64)
    moved = np.stack([speak(face, opening=0.25 * opening) for opening in openings])
    moved[..., 0] += 2 * np.sin(np.arange(frames) / 6)[:, None]
    return moved


def spoken_footage(folder: Path, seeds: tuple[int, ...], frames: int = FRAMES) -> Footage:
    """A clip a seed, each beginning ``BEFORE`` frames after its video does."""
    face = actor(SIZE)
    warp = MeshWarp(face.image, face.landmarks)
    clips = [spoken_points(seed, frames) for seed in seeds]
    videos = []
    for seed, points in zip(seeds, clips, strict=True):
        home = folder / f"clip{seed}"
        home.mkdir(parents=True)
        with VideoWriter(home / VIDEO, 25, SIZE, SIZE, crf=5, synthetic=False) as writer:
            for each in (*points[:1].repeat(BEFORE, axis=0), *points):
                writer.write(warp.render(each))
        # the sound counts frames, so that a test can tell where it begins
        write_wav(home / AUDIO, np.repeat(np.arange(BEFORE + frames) / 1000, 640))
        videos.append(str(home / VIDEO))
    return Footage(
        videos=tuple(videos),
        starts=(BEFORE,) * len(seeds),
        landmarks=np.concatenate(clips).astype(np.float32),
        offsets=frames * np.arange(len(seeds) + 1),
        speakers=("ann",) * len(seeds),
        names=tuple(f"clip{seed}.000" for seed in seeds),
    )


def registered(footage: Footage, index: int) -> np.ndarray:
    """A clip's face as the corpus has it: (T, 204) at 62.5 Hz."""
    points = footage.clip(index)
    face = register(points, settings=REGISTRATION).landmarks
    return resample(face, VIDEO_HZ, FEATURE_HZ, feature_frames(len(points)))
