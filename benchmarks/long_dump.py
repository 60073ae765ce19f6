"""Memory that a training takes of its own, whether the dump holds minutes or hours.

    python -m benchmarks.long_dump HOURS FOLDER

Maps of files do not count: the system gives their pages back when it needs them.
"""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np

from benchmarks.amount import amount
from benchmarks.made_up import made_up_sequences
from mit_core.sequences import FEATURE_HZ, Sequences
from mit_core.training.content import train_content
from mit_core.training.content_settings import ContentSettings

HOURS = amount((1 / 6, 10.0), (0.1, 0.2))
CLIP_SECONDS = 10
STEPS = amount(30, 4)
_EVERY = 0.02  # seconds between two looks at the memory


def long_dump(folder: Path) -> list[tuple[str, str]]:
    """Peak of the memory that is not a file's, of a training in a process of its own."""
    return [
        (f"{hours:.1f} h", f"{peak_megabytes(hours, folder / f'{hours:.1f}'):.0f} MB")
        for hours in HOURS
    ]


def peak_megabytes(hours: float, folder: Path) -> float:
    """Of training the content branch for a few steps on so much data."""
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "benchmarks.long_dump", str(hours), str(folder)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(said.split()[-1])


def empty_dump(hours: float, folder: Path) -> Sequences:
    """A dump of silence and still faces, in files without content that take no room on disk."""
    length = round(CLIP_SECONDS * FEATURE_HZ)
    clips = max(2, round(hours * 3600 / CLIP_SECONDS))

    def mapped(name: str, width: int) -> np.ndarray:
        path = folder / f"{name}.npy"
        shape = (clips * length, width)
        np.lib.format.open_memmap(path, "w+", np.float32, shape)  # type: ignore[no-untyped-call]
        return np.load(path, mmap_mode="r")

    return Sequences(
        landmarks=mapped("landmarks", 204),
        features=mapped("mel", 80),
        offsets=np.arange(clips + 1, dtype=np.int64) * length,
        faces=np.zeros((clips, 204), np.float32),
        embeddings=np.full((clips, 256), 1 / 16, np.float32),
        quaternions=mapped("quaternions", 4),
        translations=mapped("translations", 3),
        speakers=("one", "two") * (clips // 2),
        names=tuple(f"clip{i}" for i in range(clips)),
    )


def _own_kilobytes() -> int:
    """Resident memory of this process that no file stands behind."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("RssAnon:")[1].split()[0])


def main() -> None:
    hours, folder = float(sys.argv[1]), Path(sys.argv[2])
    (folder / "val").mkdir()
    train = empty_dump(hours, folder)
    val = made_up_sequences(folder / "val")
    peak, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(_EVERY):
            peak[0] = max(peak[0], _own_kilobytes())

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    train_content(
        train,
        val,
        folder / "run",
        ContentSettings(steps=STEPS, validate_every=STEPS, checkpoint_every=STEPS),
        scaling=(np.zeros(80, np.float32), np.ones(80, np.float32)),
        threads=1,
    )
    done.set()
    watching.join()
    print(peak[0] / 1024)


if __name__ == "__main__":
    main()
