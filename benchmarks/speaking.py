"""A portrait and landmarks over time, as if it spoke: speed does not depend on what is said."""

import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mit_core.demo.portrait import actor
from mit_core.media.image import write_image

SAMPLE_RATE = 16000
LOWER = [5, 6, 7, 8, 9, 10, 11, 55, 56, 57, 58, 59, 65, 66, 67]
LIDS = [37, 38, 43, 44]


def write_speaker(folder: Path, side: int, seconds: float) -> tuple[Path, np.ndarray, Path]:
    """Portrait (side, side), its landmarks (68, 3) and a sound of so many whole seconds."""
    drawn = actor(side)
    portrait, sound = folder / "portrait.png", folder / "sound.wav"
    write_image(portrait, drawn.image)
    second = 3000 * np.sin(900 * np.arange(SAMPLE_RATE) / SAMPLE_RATE)
    # a second at a time: it must not be the sound that takes the memory
    with wave.open(str(sound), "wb") as written:
        written.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        for _ in range(round(seconds)):
            written.writeframes(second.astype("<i2").tobytes())
    return portrait, drawn.landmarks, sound


def speaking(landmarks: np.ndarray, seconds: float, fps: float) -> Iterator[np.ndarray]:
    """Landmarks over time, pixels: the mouth opens and shuts, lids blink, the head sways."""
    scale = float(np.linalg.norm(landmarks[45, :2] - landmarks[36, :2]))
    for frame in range(round(seconds * fps)):
        time = frame / fps
        points = landmarks.copy()
        points[:, 0] += 0.05 * scale * np.sin(2.8 * time)
        points[LOWER, 1] += 0.2 * scale * np.sin(8.3 * time) ** 2
        points[LIDS, 1] += 0.1 * scale * np.sin(1.2 * time) ** 8
        yield points
