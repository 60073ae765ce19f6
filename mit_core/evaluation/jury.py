"""What a drawn clip is judged by: pictures, identity, the mouth as seen again, lips and sound."""

import threading
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mit_core.evaluation.clip_choice import evenly
from mit_core.evaluation.lip_sync import LipJudge, lip_sync
from mit_core.evaluation.pictures import measure_pictures
from mit_core.evaluation.seen import Watcher
from mit_core.evaluation.stage import Stage
from mit_core.faces.detectors import LandmarkDetector
from mit_core.faces.identity import FaceIdentity
from mit_core.rendering.crop import FaceCrop

Picture = npt.NDArray[np.uint8]

_SIDE = 128
"""Pixels a side of the face crop that is compared, as in the table of renderers."""
_COMPARED = 25
"""Frames of a clip whose pixels are compared, evenly spaced."""
_EMBEDDED = 3
"""Of these: an embedding takes as long as drawing ten frames."""


@dataclass(frozen=True)
class TalkMeasures:
    """How near a drawn clip comes to the recording; nan where that cannot be told.

    Attributes:
        ssim, psnr, mouth_ssim, sharpness: see ``PictureMeasures``.
        identity: Euclidean distance of dlib's face embedding from the true frame's; 0.6 is
            another person.
        detected, opening_r, best_lag, mouth_distance: see ``Seen``.
        lse_c, lse_d: see ``LipSync``; nan without SyncNet's weights.
    """

    ssim: float
    psnr: float
    mouth_ssim: float
    sharpness: float
    identity: float
    detected: float
    opening_r: float
    best_lag: float
    mouth_distance: float
    lse_c: float
    lse_d: float


class Jury:
    """Judges clips, several threads at once.

    Args:
        detector: what reads the drawn frames; the corpus's own, so that both err alike.
        lips: SyncNet, where its weights are at hand.

    Raises:
        UserError: the identity network's file is missing.
    """

    def __init__(self, detector: LandmarkDetector, lips: LipJudge | None = None):
        self.watcher = Watcher(detector)
        self.lips = lips
        self._identity = FaceIdentity()
        self._lock = threading.Lock()

    def embed(self, face: Picture, landmarks: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """See ``FaceIdentity.embed``."""
        with self._lock:
            return self._identity.embed(face, landmarks)


class ClipJury:
    """A jury that has seen one clip's recording.

    Args:
        jury: who judges. stage: the clip.
    """

    def __init__(self, jury: Jury, stage: Stage):
        self._jury, self._stage = jury, stage
        count = len(stage.frames)
        # the portrait is drawn as it is; to compare it with itself would flatter all
        others = np.delete(np.arange(count), stage.source)
        self._compared = others[evenly(len(others), _COMPARED)]
        self._crop = FaceCrop.around(stage.landmarks[stage.source])
        self._landmarks = self._crop.to_crop(stage.landmarks[self._compared], _SIDE)
        self._truth = self._cut(stage.frames)
        self._embedded = evenly(len(self._compared), _EMBEDDED)
        self._persons = [self._embedding(self._truth, place) for place in self._embedded]
        lips = jury.lips
        self._heard = None if lips is None else lips.hear(stage.sound, count)

    def judge(self, frames: Picture) -> TalkMeasures:
        """Measure the clip as somebody drew it.

        Args:
            frames: uint8 (T, S, S, 3), of the stage's frames.
        """
        made = self._cut(frames)
        pictures = measure_pictures(made, self._truth, self._landmarks)
        apart = [
            # the recording itself needs no second look
            float(np.linalg.norm(self._embedding(made, place) - person))
            if (made[place] != self._truth[place]).any()
            else 0.0
            for place, person in zip(self._embedded, self._persons, strict=True)
        ]
        seen = self._jury.watcher.watch(frames, self._stage.landmarks)
        lse_c = lse_d = float("nan")
        if self._jury.lips is not None and self._heard is not None:
            scores = lip_sync(self._jury.lips.see(frames, self._stage.landmarks), self._heard)
            lse_c, lse_d = scores.lse_c, scores.lse_d
        return TalkMeasures(
            ssim=pictures.ssim,
            psnr=pictures.psnr,
            mouth_ssim=pictures.mouth_ssim,
            sharpness=pictures.sharpness,
            identity=float(np.mean(apart)),
            detected=seen.detected,
            opening_r=seen.opening_r,
            best_lag=seen.best_lag,
            mouth_distance=seen.mouth_distance,
            lse_c=lse_c,
            lse_d=lse_d,
        )

    def _cut(self, frames: Picture) -> Picture:
        return np.stack([self._crop.cut(frames[number], _SIDE) for number in self._compared])

    def _embedding(self, faces: Picture, place: int) -> npt.NDArray[np.float64]:
        """Of one of the compared frames, turned upright by its true landmarks."""
        return self._jury.embed(faces[place], self._landmarks[place])
