"""The comparison of renderers as files: means, clips, and a picture to judge by eye."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from mit_core.errors import UserError
from mit_core.evaluation.renderers import ALL, evaluate_renderers
from mit_core.evaluation.tables import write_table
from mit_core.media.image import read_image, write_image
from mit_core.models.translation_checkpoint import load_translation
from mit_core.training.footage import Footage

_CLIPS, _FRAMES = 14, 16
"""Measured at most: three seconds of work a clip and network. So all tables of thirty clips take
less than two minutes on two cores, translation among them."""
_SHOWN = 2
"""Clips in the picture: the first and the last, mostly of two people."""


def write_comparison(
    footage: Footage,
    checkpoints: Sequence[Path],
    *,
    table: Path,
    clips: Path,
    picture: Path,
    threads: int = 1,
    device: str = "cpu",
) -> None:
    """Measure still source, warp and networks on held-out clips, driven by true landmarks.

    Args:
        footage: clips, none of which the networks learned from; may be empty.
        checkpoints: the networks, of different kinds.
        table: TSV to write, a row a renderer: means over clips (see ``evaluate_renderers``).
        clips: TSV to write, a row a renderer and clip.
        picture: PNG to write: held-out frames as each renderer draws them.
        threads, device: what networks run on.

    Raises:
        UserError: a wrong checkpoint, or two of one kind.
    """
    named = _by_kind(checkpoints)
    with TemporaryDirectory() as folder:
        measured = evaluate_renderers(
            footage,
            named,
            most_clips=_CLIPS,
            most_frames=_FRAMES,
            sheets=Path(folder),
            threads=threads,
            device=device,
        )
        means = measured["clip"] == ALL
        write_table(measured[means].drop(columns=["clip", "speaker"]), table)
        write_table(measured[~means], clips)
        sheets = sorted(Path(folder).glob("*.png"))
        shown = sheets if len(sheets) <= _SHOWN else [sheets[0], sheets[-1]]
        write_image(picture, _beside([read_image(sheet) for sheet in shown]))


def _by_kind(checkpoints: Sequence[Path]) -> Mapping[str, Path]:
    named: dict[str, Path] = {}
    for path in checkpoints:
        kind = load_translation(path).kind
        if kind in named:
            raise UserError(f"{named[kind]} and {path} are both {kind} networks: give one of each.")
        named[kind] = path
    return named


def _beside(sheets: list[np.ndarray]) -> np.ndarray:
    """Sheets side by side; where there is none, a strip that says so."""
    if not sheets:
        strip = np.full((32, 480, 3), 255, np.uint8)
        text = "No clip is held out: nothing was drawn."
        cv2.putText(strip, text, (8, 21), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (40,) * 3, 1, cv2.LINE_AA)
        return strip
    height = max(len(sheet) for sheet in sheets)
    padded = [
        cv2.copyMakeBorder(
            sheet, 0, height - len(sheet), 0, 12, cv2.BORDER_CONSTANT, value=(255,) * 3
        )
        for sheet in sheets
    ]
    return np.concatenate(padded, axis=1)
