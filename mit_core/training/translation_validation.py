"""Held-out pairs, the same in every validation, and how well a network draws them."""

import numpy as np
import torch
from torch import Tensor

from mit_core.errors import UserError
from mit_core.faces.mouth import mouth_opening
from mit_core.faces.mouth_box import mouth_boxes
from mit_core.models.translation_checkpoint import TranslationCheckpoint
from mit_core.rendering.source_frame import source_frame
from mit_core.training.footage import Footage
from mit_core.training.image_losses import structural_similarity
from mit_core.training.pairs import Pairs, make_pairs
from mit_core.training.pieces import MOST_FRAMES, cut_piece
from mit_core.training.translation_settings import RefinementSettings

_CLIPS = 8
FRAMES_OF_A_CLIP = 6
"""48 pairs in all, evenly chosen: a second of work at 128 pixels."""
_AT_ONCE = 8
_REACH = 5
"""Pixels that an SSIM window reaches beyond its middle."""


def held_out_pairs(footage: Footage, settings: RefinementSettings) -> Pairs | None:
    """Pairs of some clips, from shut to wide open mouths; the last of each clip is the most open.

    None where no clip can be used.
    """
    chosen = []
    for clip in np.unique(np.linspace(0, len(footage) - 1, _CLIPS).astype(int)).tolist():
        landmarks = footage.clip(clip)[:MOST_FRAMES]
        try:
            piece = cut_piece(
                footage,
                clip,
                0,
                len(landmarks),
                size=settings.size,
                scale=settings.crop,
                sources=[source_frame(landmarks)],
                warped=settings.kind == "refinement",
            )
        except UserError:
            continue  # a face too small to be warped
        by_opening = np.argsort(mouth_opening(landmarks), kind="stable")
        places = np.linspace(0, len(by_opening) - 1, FRAMES_OF_A_CLIP).astype(int)
        chosen += [(piece, piece.sources[0], int(frame)) for frame in by_opening[places]]
    return make_pairs(chosen) if chosen else None


@torch.no_grad()
def draw_pairs(checkpoint: TranslationCheckpoint, pairs: Pairs) -> Tensor:
    """The frames (N, 3, S, S), RGB, 0..1, that a network makes of pairs, on the CPU."""
    frames = [
        checkpoint.frames(checkpoint.inputs(pairs.sketches[part], pairs.seconds[part])).cpu()
        for start in range(0, len(pairs.truths), _AT_ONCE)
        for part in [slice(start, start + _AT_ONCE)]
    ]
    return torch.cat(frames)


def validate_pairs(made: Tensor, pairs: Pairs) -> dict[str, float]:
    """Mean absolute error, SSIM, and SSIM of the mouth's box, of frames (N, 3, S, S).

    ``score``, lower is better, is one minus the mean of both SSIM.
    """
    truth = torch.from_numpy(pairs.truths).permute(0, 3, 1, 2).float() / 255
    boxes = mouth_boxes(pairs.landmarks, *truth.shape[2:]).tolist()
    mouths = [
        structural_similarity(*(_mouth(picture[None], box) for picture in both))
        for *both, box in zip(made, truth, boxes, strict=True)
    ]
    measures = {
        "l1": float((made - truth).abs().mean()),
        "ssim": float(structural_similarity(made, truth).mean()),
        "mouth_ssim": float(torch.cat(mouths).mean()),
    }
    return {**measures, "score": 1 - (measures["ssim"] + measures["mouth_ssim"]) / 2}


def _mouth(picture: Tensor, box: list[int]) -> Tensor:
    """The box (x0, y0, x1, y1) of pictures (N, C, S, S), and the rim that its windows reach."""
    low = [max(0, min(side - _REACH, picture.shape[-1] - 2 * _REACH - 1)) for side in box[:2]]
    high = [max(box[2 + axis] + _REACH, low[axis] + 2 * _REACH + 1) for axis in (0, 1)]
    return picture[..., low[1] : high[1], low[0] : high[0]]
