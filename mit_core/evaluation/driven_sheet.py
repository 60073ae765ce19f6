"""One picture in which a clip's renderers can be seen beside the truth."""

import cv2
import numpy as np
import numpy.typing as npt

from mit_core.evaluation.driven import DrivenClip
from mit_core.faces.mouth import mouth_opening

_COLUMNS = 6
_LEAST_SIDE = 128  # pixels of a tile: smaller crops are enlarged to be seen
_TITLE = 22  # pixels above each row
_INK, _PAPER = (40, 40, 40), 255


def driven_sheet(driven: DrivenClip, columns: int = _COLUMNS) -> npt.NDArray[np.uint8]:
    """Rows: the source, the truth, each renderer; columns: frames with open mouths, in order.

    Args:
        driven: the clip.
        columns: frames to show, at most.

    Returns:
        uint8 (H, W, 3) RGB.
    """
    frames = _open_frames(driven, columns)
    source = np.repeat(driven.source[None], len(frames), axis=0)
    rows = {"source": source, "truth": driven.truth[frames]}
    # the still source is the row above
    rows |= {name: each[frames] for name, each in driven.drawn.items() if name != "still"}
    return np.concatenate([_row(title, pictures) for title, pictures in rows.items()])


def _open_frames(driven: DrivenClip, columns: int) -> list[int]:
    """In each of ``columns`` equal stretches of the clip the frame with the most open mouth."""
    opening = mouth_opening(driven.landmarks)
    stretches = np.array_split(np.arange(len(opening)), min(columns, len(opening)))
    return [int(stretch[np.argmax(opening[stretch])]) for stretch in stretches]


def _row(title: str, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    side = max(_LEAST_SIDE, pictures.shape[1])
    tiles = [cv2.resize(p, (side, side), interpolation=cv2.INTER_CUBIC) for p in pictures]
    head = np.full((_TITLE, side * len(tiles), 3), _PAPER, np.uint8)
    cv2.putText(head, title, (4, _TITLE - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.5, _INK, 1, cv2.LINE_AA)
    return np.concatenate([head, np.concatenate(tiles, axis=1).astype(np.uint8)])
