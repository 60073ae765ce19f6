"""A short moving picture for README, from the demo's video of the astronaut.

    python -m docs.tools.moving FOLDER OUTPUT.webp

The astronaut's photograph is in the public domain and may be shown; the picture carries the word
synthetic in every frame, since a page shows no metadata.
"""

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from mit_core.errors import UserError
from mit_core.media.probe import probe
from mit_core.media.video import read_frames
from mit_core.rendering.mark import marked

SIDE = 256  # px, the longer one
EVERY = 2  # frames of the video a frame of the picture: 12.5 a second of 25
SECONDS = 6.0
QUALITY = 55  # of WebP, 0..100
LARGEST = 1_500_000  # bytes, so that a page is there at once
PORTRAIT = "astronaut"


def write_moving(folder: Path, output: Path) -> None:
    """Write the first of the portrait's videos as an animated WebP.

    Raises:
        UserError: there is none, or the picture is too large for a page.
    """
    videos = sorted(folder.glob(f"{PORTRAIT}--*.mp4"))
    if not videos:
        raise UserError(f"{folder} holds no {PORTRAIT}--*.mp4: run make demo first.")
    info = probe(videos[0]).video
    assert info is not None and info.fps
    taken = [
        _frame(frame)
        for number, frame in enumerate(read_frames(videos[0], 0, round(SECONDS * info.fps)))
        if number % EVERY == 0
    ]
    part = output.with_name(f".{output.name}.part")
    taken[0].save(
        part,
        "WEBP",
        save_all=True,
        append_images=taken[1:],
        duration=round(1000 * EVERY / info.fps),
        loop=0,
        quality=QUALITY,
        method=6,
    )
    size = part.stat().st_size
    if size > LARGEST:
        part.unlink()
        raise UserError(
            f"The picture takes {size:,} bytes, more than {LARGEST:,}: make it shorter."
        )
    part.replace(output)


def _frame(frame: npt.NDArray[np.uint8]) -> Image.Image:
    image = Image.fromarray(frame)
    image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return Image.fromarray(marked(np.asarray(image), "synthetic"))


if __name__ == "__main__":
    try:
        write_moving(Path(sys.argv[1]), Path(sys.argv[2]))
    except UserError as error:
        sys.exit(str(error))
