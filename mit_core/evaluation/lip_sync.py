"""LSE-C and LSE-D: how well lips follow the sound, as SyncNet judges (Prajwal et al. 2020).

The measures need SyncNet's published weights, which are given by path; without them there are none,
and **they have never been taken with the real weights here**.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mit_core.clocks import SAMPLES_PER_VIDEO_FRAME, VIDEO_HZ
from mit_core.faces.boxes import FOREHEAD, box_of
from mit_core.models.syncnet import EMBEDDING, MFCC_WINDOW, SIDE, WINDOW, SyncNet
from mit_core.rendering.crop import FaceCrop
from mit_core.speech.mfcc import MFCC_HZ, mfcc

Picture = npt.NDArray[np.uint8]
Array = npt.NDArray[np.floating]

FURTHEST = 15
"""Frames that sound is moved either way, as in the measures' published code."""

_PER_FRAME = round(MFCC_HZ / VIDEO_HZ)  # frames of cepstra a frame of video
_BATCH = 8  # windows at once: 29 MB of pixels
_PAD = 0.4
"""The published crop of a face found by a detector: half its longer side, more by this share to
either side, and below by twice of it."""
_EPS = 1e-6  # torch's pairwise_distance adds it to each difference


@dataclass(frozen=True)
class LipSync:
    """Scores of one clip; nan where it is shorter than six frames.

    Attributes:
        lse_c: confidence, the median over offsets of the mean distance less the least; higher is
            better.
        lse_d: the least mean distance; lower is better.
        offset: frames by which the sound is later than the lips at that distance.
    """

    lse_c: float
    lse_d: float
    offset: int


class LipJudge:
    """Embeds clips by SyncNet.

    Args:
        network: see ``load_syncnet``. device: where it runs.
    """

    def __init__(self, network: SyncNet, device: str = "cpu"):
        self._network = network.to(device).eval()
        self._device = device

    def hear(self, sound: Array, frames: int) -> Array:
        """Embeddings (N, 1024) of a clip's sound, one for each window of ``frames`` at 25 fps.

        Args:
            sound: shape = (n,), 16 kHz, in [-1, 1]; it starts with the first frame.
            frames: of the video. N is five less, or as many less as the sound ends earlier.
        """
        count = windows(min(frames, len(sound) // SAMPLES_PER_VIDEO_FRAME))
        cepstra = mfcc(sound).T
        cut = [
            cepstra[None, :, _PER_FRAME * start : _PER_FRAME * start + MFCC_WINDOW]
            for start in range(count)
        ]
        return self._embedded(self._network.hear, cut)

    def see(self, frames: Picture, landmarks: Array) -> Array:
        """Embeddings (N, 1024) of a clip's lips, one for each window of five frames but the last.

        Args:
            frames: uint8 (T, H, W, 3) RGB.
            landmarks: shape = (T, 68, 2 or 3), of the face, pixels; the crop is one for the clip.
        """
        crop = face_crop(landmarks)
        faces = [crop.cut(frame, SIDE)[..., ::-1].transpose(2, 0, 1) for frame in frames]
        cut = [
            np.stack(faces[start : start + WINDOW], axis=1) for start in range(windows(len(faces)))
        ]
        return self._embedded(self._network.see, cut)

    def _embedded(self, embed: Callable[[Tensor], Tensor], cut: list[np.ndarray]) -> Array:
        none = np.zeros((0, EMBEDDING), np.float32)
        made = [none]
        with torch.inference_mode():
            for start in range(0, len(cut), _BATCH):
                batch = torch.from_numpy(np.stack(cut[start : start + _BATCH]))
                made.append(embed(batch.to(self._device, torch.float32)).cpu().numpy())
        return np.concatenate(made)


def windows(frames: int) -> int:
    """Windows of a clip: as in the published code, one less than there are."""
    return max(0, frames - WINDOW)


def face_crop(landmarks: Array) -> FaceCrop:
    """The square that SyncNet sees: the detector's box, wider by 0.4 to each side and below.

    The published crop stands on a box found by a detector; ours on what MediaPipe's would be
    around the landmarks, at the middle of all frames.

    Args:
        landmarks: shape = (T, 68, 2 or 3), pixels.
    """
    boxes = np.array([box_of(points) for points in landmarks])
    x0, y0, x1, y1 = np.median(boxes, axis=0).tolist()
    y0 -= FOREHEAD / (1 - FOREHEAD) * (y1 - y0)
    half = max(x1 - x0, y1 - y0) / 2
    # a pixel's centre is a whole number
    left = (x0 + x1) / 2 - (1 + _PAD) * half + 0.5
    return FaceCrop(left, (y0 + y1) / 2 - half + 0.5, 2 * (1 + _PAD) * half)


def lip_sync(lips: Array, sound: Array) -> LipSync:
    """LSE of embeddings, N of each, window by window.

    For each offset from -15 to 15 windows the mean over the clip of the Euclidean distance between
    lips and sound moved by it. Beyond the clip's ends sound is zero, as in the published code, so
    scores of short clips and long ones are not quite comparable.

    Args:
        lips, sound: shape = (N, D).
    """
    if not len(lips):
        return LipSync(float("nan"), float("nan"), 0)
    padded = np.pad(np.asarray(sound, np.float64), ((FURTHEST, FURTHEST), (0, 0)))
    distances = np.array(
        [
            np.linalg.norm(lips - padded[shift : shift + len(lips)] + _EPS, axis=1).mean()
            for shift in range(2 * FURTHEST + 1)
        ]
    )
    nearest = int(np.argmin(distances))
    least = float(distances[nearest])
    return LipSync(float(np.median(distances)) - least, least, nearest - FURTHEST)
