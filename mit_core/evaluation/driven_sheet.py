"""One picture in which a clip's renderers can be seen beside the truth."""

import cv2
import numpy as np
import numpy.typing as npt

from mit_core.evaluation.driven import DrivenClip
from mit_core.faces.mouth import mouth_opening
from mit_core.faces.scheme import MOUTH

_COLUMNS = 6
_LEAST_SIDE = 128  # pixels of a tile: smaller crops are enlarged to be seen
_TITLE = 22  # pixels above each row
_INK, _PAPER = (40, 40, 40), 255


def driven_sheet(driven: DrivenClip, columns: int = _COLUMNS) -> npt.NDArray[np.uint8]:
    """Rows: the source, the truth, each renderer; columns: frames with open mouths, in order.

    Below each face its mouth is shown at twice the size.

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
    mouths = driven.landmarks[frames][:, list(MOUTH), :2].mean(axis=1)
    return np.concatenate([_row(title, pictures, mouths) for title, pictures in rows.items()])


def _open_frames(driven: DrivenClip, columns: int) -> list[int]:
    """In each of ``columns`` equal stretches of the clip the frame with the most open mouth."""
    opening = mouth_opening(driven.landmarks)
    stretches = np.array_split(np.arange(len(opening)), min(columns, len(opening)))
    return [int(stretch[np.argmax(opening[stretch])]) for stretch in stretches]


def _row(
    title: str, pictures: npt.NDArray[np.uint8], mouths: npt.NDArray[np.floating]
) -> npt.NDArray[np.uint8]:
    size = pictures.shape[1]
    side = max(_LEAST_SIDE, size)
    width, height = size // 2, size // 4
    tiles = []
    for picture, mouth in zip(pictures, mouths, strict=True):
        x, y = (mouth - [width / 2, height / 2]).round().clip(0, [size - width, size - height])
        close = picture[int(y) : int(y) + height, int(x) : int(x) + width]
        tiles.append(
            np.concatenate([_enlarged(picture, side, side), _enlarged(close, side, side // 2)])
        )
    head = np.full((_TITLE, side * len(tiles), 3), _PAPER, np.uint8)
    cv2.putText(head, title, (4, _TITLE - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.5, _INK, 1, cv2.LINE_AA)
    return np.concatenate([head, np.concatenate(tiles, axis=1)])


def _enlarged(picture: npt.NDArray[np.uint8], width: int, height: int) -> npt.NDArray[np.uint8]:
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
