"""Short videos of a drawn face that speaks, with its landmarks, as a corpus leaves them."""

from pathlib import Path

import cv2
import numpy as np
from drawn_faces import face_landmarks, speak

from mit_core.corpus.shards import Item, write_index
from mit_core.files import write_arrays, write_text
from mit_core.media.video import VideoWriter
from mit_core.training.footage import Footage

WIDTH, HEIGHT = 160, 120
INSIDE = (70, 20, 130)
"""Of the mouth, which no warp of a shut one can know."""
SKINS = ((225, 180, 150), (150, 105, 80), (200, 150, 120))


def draw_face(points: np.ndarray, skin: tuple[int, int, int] = SKINS[0]) -> np.ndarray:
    """A face of flat colours on a blue wall, (120, 160, 3)."""
    picture = np.full((HEIGHT, WIDTH, 3), (70, 110, 170), np.uint8)
    x0, y0 = points[:17, :2].min(axis=0)
    x1, y1 = points[:17, :2].max(axis=0)
    centre = ((x0 + x1) / 2, y0 + 0.1 * (y1 - y0))
    cv2.ellipse(picture, (centre, (1.05 * (x1 - x0), 1.5 * (y1 - y0)), 0), skin, -1, cv2.LINE_AA)
    for part, colour in (
        (range(17), skin),
        (range(36, 42), (250, 250, 250)),
        (range(42, 48), (250, 250, 250)),
        (range(48, 60), (170, 60, 70)),
        (range(60, 68), INSIDE),
    ):
        polygon = np.rint(16 * points[list(part), :2]).astype(np.int32)
        cv2.fillPoly(picture, [polygon], colour, cv2.LINE_AA, 4)
    return picture


def talking_points(frames: int, seed: int = 0) -> np.ndarray:
    """Landmarks (frames, 68, 3) of a face that opens and closes its mouth and sways a little."""
    face = face_landmarks(WIDTH, HEIGHT, size=0.5)
    time = np.arange(frames) + 7 * seed
    openings = 0.15 * (1 - np.cos(2 * np.pi * time / 9))
    moved = np.stack([speak(face, opening=opening) for opening in openings])
    moved[..., 0] += np.sin(time / 5)[:, None]
    return moved


def make_footage(folder: Path, frames=(12, 12, 12), speakers=("a", "b", "b"), before=2) -> Footage:
    """A stretch a video, each of them beginning ``before`` frames after its video does."""
    points = [talking_points(count, seed) for seed, count in enumerate(frames)]
    videos = []
    for seed, clip in enumerate(points):
        video = folder / f"clip{seed}.mp4"
        with VideoWriter(video, 25, WIDTH, HEIGHT, crf=10, synthetic=False) as writer:
            for face in (*clip[:1].repeat(before, axis=0), *clip):
                writer.write(draw_face(face, SKINS[seed % len(SKINS)]))
        videos.append(str(video))
    return Footage(
        videos=tuple(videos),
        starts=(before,) * len(frames),
        landmarks=np.concatenate(points).astype(np.float32),
        offsets=np.cumsum([0, *frames]),
        speakers=tuple(speakers),
        names=tuple(f"clip{seed}.000" for seed in range(len(frames))),
        digest="drawn",
    )


class DrawnFootage(Footage):
    """Stretches of ``talking_points`` that are drawn when they are asked for: no video is there."""

    def frames(self, index, start=0, stop=None):
        for points in self.clip(index)[start:stop]:
            yield draw_face(points, SKINS[index % len(SKINS)])


def drawn_footage(speakers: str, seed: int = 0, frames: int = 12) -> DrawnFootage:
    """A stretch for each speaker's letter."""
    numbers = range(seed, seed + len(speakers))
    points = [talking_points(frames, number) for number in numbers]
    return DrawnFootage(
        videos=("",) * len(speakers),
        starts=(0,) * len(speakers),
        landmarks=np.concatenate(points).astype(np.float32),
        offsets=frames * np.arange(len(speakers) + 1),
        speakers=tuple(speakers),
        names=tuple(f"clip{number}.000" for number in numbers),
        digest="drawn",
    )


def lay_out(footage: Footage, results: Path, splits: tuple[str, ...]) -> tuple[Path, Path]:
    """The table of segments and the folder of shards of a corpus that holds this footage."""
    rows = ["segment\tclip\tspeaker\tsplit\tshard"]
    shards = results / "shards"
    for number, (name, split) in enumerate(zip(footage.names, splits, strict=True)):
        shard = f"{number % 2:04d}"
        home = f"shards/{shard}/landmarks/{name}"
        points = footage.clip(number)
        write_arrays(results / home / f"{name}.npz", {"points": points})
        media = results / f"shards/{shard}/normalise/{name}"
        media.mkdir(parents=True)
        (media / "video.mp4").write_bytes(Path(footage.videos[number]).read_bytes())
        rows.append(f"{name}\t{name[:-4]}\t{footage.speakers[number]}\t{split}\t{shard}")
    for shard in ("0000", "0001"):
        write_index(
            shards / shard / "landmarks.json",
            [
                Item(
                    id=name,
                    clip=name[:-4],
                    speaker=footage.speakers[number],
                    split="",
                    key=f"key of {name}",
                    data={
                        "start_frame": footage.starts[number],
                        "media": f"shards/{shard}/normalise/{name}",
                        "landmarks": f"shards/{shard}/landmarks/{name}/{name}.npz",
                    },
                )
                for number, name in enumerate(footage.names)
                if f"{number % 2:04d}" == shard
            ],
        )
    segments = results / "corpus" / "segments.tsv"
    write_text(segments, "\n".join(rows) + "\n")
    return segments, shards
