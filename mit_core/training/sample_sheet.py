"""Sheets of sample frames: what a network was given, what it made of it, and the truth."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mit_core.files import written_whole
from mit_core.media.image import write_image
from mit_core.training.pairs import Pairs

SHEET = "samples.png"
"""The newest sheet in a run's folder; all of them lie in ``samples/``."""

_GAP, _HEADING = 4, 20  # pixels
_INK = (60, 60, 60)

Picture = npt.NDArray[np.uint8]


def write_samples(folder: Path, step: int, kind: str, pairs: Pairs, made: Tensor) -> None:
    """Write a row a pair, as ``samples/step_000200.png`` and as ``samples.png``.

    Args:
        folder: of the run.
        step: so many steps were taken.
        kind: ``refinement``, whose sheets show the warp too, or ``translation``.
        pairs: N of them.
        made: shape = (N, 3, S, S), RGB, 0..1: what the network made of them.
    """
    drawn = (255 * made.clamp(0, 1)).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    columns = {"source": pairs.portraits, "sketch": pairs.sketches}
    if kind == "refinement":
        columns["warp"] = pairs.seconds
    sheet = _sheet({**columns, "output": drawn, "truth": pairs.truths})
    path = folder / "samples" / f"step_{step:06d}.png"
    write_image(path, sheet)
    with written_whole(folder / SHEET) as part:
        part.write_bytes(path.read_bytes())


def _sheet(columns: dict[str, Picture]) -> Picture:
    """Columns of pictures (N, S, S, 3) side by side under their names."""
    drawn = [_column(name, pictures) for name, pictures in columns.items()]
    return np.concatenate(_apart(drawn, axis=1), axis=1)


def _column(name: str, pictures: Picture) -> Picture:
    heading = np.full((_HEADING, pictures.shape[2], 3), 255, np.uint8)
    place = (2, _HEADING - 6)
    cv2.putText(heading, name, place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, _INK, 1, cv2.LINE_AA)
    return np.concatenate([heading, *_apart(list(pictures), axis=0)])


def _apart(pictures: Sequence[Picture], axis: int) -> list[Picture]:
    """The pictures with white between them."""
    shape = list(pictures[0].shape)
    shape[axis] = _GAP
    gap = np.full(shape, 255, np.uint8)
    spread = [part for picture in pictures for part in (gap, picture)]
    return spread[1:]
