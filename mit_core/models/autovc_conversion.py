"""Converting whole utterances by AutoVC, however long they are."""

import numpy as np
import numpy.typing as npt
import torch

from mit_core.models.autovc import AutoVC

MULTIPLE = 32
"""Frames that an utterance is padded to a multiple of, as the published code does."""
PIECE = 4096
"""Frames converted in one go, 65.5 s: the network's memory grows with them."""
OVERLAP = 512
"""Frames, 8.2 s, that neighbouring pieces share and are faded over.

The network's group norms look at a whole piece, so two pieces never quite agree; a hard cut would
be heard and seen as a jump.
"""

Array = npt.NDArray[np.float32]


@torch.inference_mode()
def convert(
    model: AutoVC, mel: Array, pitch: npt.NDArray[np.integer], source: Array, target: Array
) -> Array:
    """Say an utterance in another voice.

    Args:
        model: the network; used in evaluation mode.
        mel: shape = (T, bands), scaled as the network was trained; T a multiple of 32.
        pitch: shape = (T,), F0 classes.
        source: shape = (speaker,), embedding of who speaks.
        target: shape = (speaker,), embedding of who shall speak.

    Returns:
        shape = (T, bands), float32, scaled as ``mel``. Up to 4096 frames are converted at once; of
        longer utterances a frame depends on nothing that is two pieces away.
    """
    if len(mel) % MULTIPLE:
        raise ValueError(f"{len(mel)} frames are no multiple of {MULTIPLE}")
    device = next(model.parameters()).device
    voices = [
        torch.from_numpy(np.asarray(v, np.float32)).to(device)[None] for v in (source, target)
    ]
    converted = np.zeros_like(mel, dtype=np.float32)
    was_training = model.training
    model.eval()
    try:
        for start in range(0, max(len(mel) - OVERLAP, min(len(mel), 1)), PIECE - OVERLAP):
            part = slice(start, start + PIECE)
            heard = torch.from_numpy(np.asarray(mel[part], np.float32)).to(device)
            classes = torch.from_numpy(np.asarray(pitch[part], np.int64)).to(device)
            said = model(heard[None], *voices, classes[None])[1][0].cpu().numpy()
            if start:
                shared = slice(start, start + OVERLAP)
                rising = ((np.arange(OVERLAP, dtype=np.float32) + 0.5) / OVERLAP)[:, None]
                said[:OVERLAP] = converted[shared] + rising * (said[:OVERLAP] - converted[shared])
            converted[part] = said
    finally:
        model.train(was_training)
    return converted
