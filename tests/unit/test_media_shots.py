"""mit_core.media.shots."""

from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from mit_core.media.shots import shot_cuts
from mit_core.media.video import read_frames


def scene(seed: int, count: int, speed: float = 1.0) -> list[np.ndarray]:
    """A textured background, a head that moves before it, and camera noise."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (6, 8, 3), np.uint8)
    background = cv2.resize(coarse, (160, 120), interpolation=cv2.INTER_CUBIC)
    skin = tuple(int(value) for value in rng.integers(60, 220, 3))
    frames = []
    for index in range(count):
        frame = background.copy()
        centre = (80 + round(15 * np.sin(0.2 * speed * index)), 60 + round(speed * index) % 8)
        cv2.ellipse(frame, centre, (25, 35), 0, 0, 360, skin, -1)
        frames.append(np.clip(frame + rng.normal(0, 3, frame.shape), 0, 255).astype(np.uint8))
    return frames


def test_cuts_are_found_where_they_are() -> None:
    frames = scene(0, 30) + scene(1, 12, speed=3) + scene(2, 25)
    assert shot_cuts(frames) == [30, 42]


def test_motion_is_no_cut() -> None:
    assert shot_cuts(scene(3, 80, speed=4)) == []
    pan = np.concatenate(scene(4, 1) * 2, axis=1)
    assert shot_cuts([pan[:, 5 * k : 5 * k + 160].copy() for k in range(30)]) == []


def test_next_to_nothing() -> None:
    assert shot_cuts([]) == []
    assert shot_cuts(scene(0, 1)) == []


def test_people_speaking(footage: Path) -> None:
    """One shot each, though some move a lot; joined, the joints are found."""
    clips = [
        footage / "grid_s1" / "bbaf2n.mpg",
        footage / "grid_s31" / "bgiq6p.mpg",
        footage / "lrs3_spectre" / "0Fi83BHQsMA_00002.mp4",
        footage / "voxceleb_pcavs" / "00067.mp4",
    ]
    shots = [list(islice(read_frames(clip), 41)) for clip in clips]
    assert [shot_cuts(shot) for shot in shots] == [[]] * len(clips)
    joined = (frame for shot in shots for frame in shot)
    assert shot_cuts(joined) == [41, 82, 123]
    assert shot_cuts(read_frames(footage / "bad" / "face_then_no_face.mp4")) == [75]
