"""From predicted displacement to a face that talks, and rests with its mouth closed."""

import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_dilation, gaussian_filter1d

from mit_core.animation.lips import amplify_lips, lip_gaps, meet_lips
from mit_core.clocks import FEATURE_HZ, VIDEO_HZ
from mit_core.faces.mouth import as_points, close_mouth
from mit_core.faces.scheme import LEFT_EYE, MOUTH, NOSE_BRIDGE, RIGHT_EYE
from mit_core.faces.smoothing import savitzky_golay

Array = npt.NDArray[np.floating]

_STILL = (0, 1, 15, 16, *NOSE_BRIDGE, *RIGHT_EYE, *LEFT_EYE)
"""Points that speech does not move; what a network predicts there is noise, and would shake the
head that the renderer fits to them. Lids move by blinks instead."""

_CLOSED_SHARES = (0.05, 0.15)
"""Of the frames with speech ranked by opening, those taken for closed lips: bilabials and pauses
fill about a tenth of speech, and the very first are outliers of the predictor."""
_OPEN_LIMIT, _CROSSED_LIMIT = 0.1, 0.05
"""Face units: how far from closed those frames may lie for the distance to be the predictor's
bias. A clip that gapes wider throughout is really open (a held vowel)."""
_ENOUGH_SPEECH = 20
"""Frames at 62.5 Hz (0.3 s): below this all of a clip's frames are ranked."""

_PAUSE_MARGIN_S = 0.24
"""The mouth moves this much before and after the voice is heard: it opens before it speaks."""
_PAUSE_EASE_S = 0.06
"""Standard deviation of the easing into and out of a pause."""

_MOUTH_WINDOW, _FACE_WINDOW, _ORDER = 9, 15, 3
"""Savitzky-Golay at 62.5 Hz: 0.14 s on the mouth, 0.24 s elsewhere. The published 5 frames on the
mouth leave a fifth more jerk than filmed mouths have; 9 leave as much, and correlate as well."""


def remove_bias(
    motion: Array, rest_face: Array, voiced: npt.NDArray[np.bool_] | None = None
) -> Array:
    """Shift a clip's motion so that the lips just meet in its most closed frames.

    A predictor that hears a voice or a microphone for the first time is off by about a constant,
    which would leave the mouth open, or clenched, throughout.

    Args:
        motion: shape = (T, 204), displacement from ``rest_face``, face units.
        rest_face: shape = (204,), the speaker's face with its mouth closed.
        voiced: shape = (T,), frames with speech; None for all.

    Returns:
        shape = (T, 204).
    """
    if len(motion) == 0:
        return motion.copy()
    spoken = np.arange(len(motion)) if voiced is None else np.flatnonzero(voiced)
    if len(spoken) < _ENOUGH_SPEECH:
        spoken = np.arange(len(motion))
    gaps = lip_gaps(rest_face + motion).mean(axis=1)
    ranked = spoken[np.argsort(gaps[spoken], kind="stable")]
    first, last = (int(share * len(ranked)) for share in _CLOSED_SHARES)
    closed = ranked[first : max(last, first + 1)]
    gape = float(gaps[closed].mean())
    limit = _OPEN_LIMIT if gape > 0 else _CROSSED_LIMIT
    return motion - motion[closed].mean(axis=0) * min(1.0, limit / max(abs(gape), limit))


def voice_gate(speech: npt.NDArray[np.bool_], n_frames: int) -> npt.NDArray[np.float64]:
    """How much of the motion is let through: 1 about speech, easing to 0 in pauses.

    Args:
        speech: shape = (K,), video frames at 25 fps with speech.
        n_frames: number of frames at 62.5 Hz wanted.

    Returns:
        shape = (n_frames,), 0..1.
    """
    if speech.size == 0:
        return np.ones(n_frames)
    reach = 2 * round(_PAUSE_MARGIN_S * VIDEO_HZ) + 1
    near = binary_dilation(speech, np.ones(reach, dtype=bool)).astype(np.float64)
    # a video frame stands for its whole 40 ms: its value belongs to the middle of it
    middles = (np.arange(len(near)) + 0.5) / VIDEO_HZ
    fine = np.interp(np.arange(n_frames) / FEATURE_HZ, middles, near)
    return np.clip(gaussian_filter1d(fine, _PAUSE_EASE_S * FEATURE_HZ, mode="nearest"), 0, 1)


def smooth(landmarks: Array, mouth_window: int = _MOUTH_WINDOW) -> npt.NDArray[np.float64]:
    """Savitzky-Golay of order 3 over time, 15 frames outside the mouth; (T, 204)."""
    smoothed = savitzky_golay(landmarks, _FACE_WINDOW, _ORDER)
    mouth = list(MOUTH)
    lips = savitzky_golay(as_points(landmarks)[:, mouth], mouth_window, _ORDER)
    as_points(smoothed)[:, mouth] = lips
    return smoothed


def talking_face(
    motion: Array,
    rest_face: Array,
    portrait: Array,
    speech: npt.NDArray[np.bool_] | None,
    amp_x: float,
    amp_y: float,
) -> npt.NDArray[np.float64]:
    """Move a portrait's face by a predictor's motion.

    Args:
        motion: shape = (T, 204), displacement from ``rest_face`` at 62.5 Hz, face units.
        rest_face: shape = (204,), the face with its mouth closed that the motion starts from.
        portrait: shape = (204,), the portrait's face, with its lips as they are.
        speech: shape = (K,), video frames at 25 fps with speech, or None to move in pauses, too.
        amp_x, amp_y: gains of the mouth's motion.

    Returns:
        shape = (T, 204), face units: the portrait's own face, its lips closed at rest.
    """
    motion = np.asarray(motion, dtype=np.float64)
    gate = np.ones(len(motion)) if speech is None else voice_gate(speech, len(motion))
    motion = remove_bias(motion, rest_face, gate > 0.5) * gate[:, None]
    as_points(motion)[:, list(_STILL)] = 0
    moving = close_mouth(portrait, 1.0, 1.0) + smooth(amplify_lips(motion, amp_x, amp_y))
    return meet_lips(moving)
