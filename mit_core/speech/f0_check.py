"""Whether F0 was tracked in a range that suits the voice.

RAPT finds no pitch outside its range: there it calls the frame unvoiced, or jumps to an octave
that lies inside. Both show beside a track over both ranges together.
"""

import numpy as np
import numpy.typing as npt

from mit_core.speech.f0 import RANGES, UNVOICED, F0Range, LogF0, log_f0

_ENOUGH = 20
"""Voiced frames, 0.3 s, that a judgement wants."""
_OUTSIDE, _LOST, _JUMPED = 0.1, 0.2, 0.1
"""Shares of the voiced frames that are too many to lie outside the range, not to be found in it,
and to lie elsewhere in it. Of 51 recordings of some 30 people, tracked in the range that their
median chooses, 2 are beyond these, both near the boundary and whole in the other range; in the
other range 40 are, and the rest fit both."""
_JUMP = np.log(1.2)
"""Three semitones: two tracks of one pitch are nearer, and an octave is 12."""


def check_f0(audio: npt.NDArray[np.floating], tracked: LogF0, chosen: F0Range) -> str:
    """What is wrong with a recording's F0; "" where nothing is.

    Args:
        audio: shape = (n,), mono 16 kHz, as it was tracked.
        tracked: shape = (T,), its log F0.
        chosen: the range that it was tracked in.
    """
    return judge_f0(tracked, log_f0(audio, RANGES["low"].low, RANGES["high"].high), chosen)


def judge_f0(tracked: LogF0, wide: LogF0, chosen: F0Range) -> str:
    """What is wrong with a track beside the one over 50-600 Hz; "" where nothing is.

    Args:
        tracked, wide: shape = (T,), natural logarithm of Hz, ``UNVOICED`` where there is no pitch.
        chosen: the range of ``tracked``.
    """
    heard, found = wide > UNVOICED, tracked > UNVOICED
    if not heard.any() and not found.any():
        return "no frame is voiced"
    if heard.sum() < _ENOUGH:
        return ""
    pitch = wide[heard]
    outside = float(np.mean((pitch < np.log(chosen.low)) | (pitch > np.log(chosen.high))))
    lost = 1 - float(found.sum() / heard.sum())
    both = heard & found
    jumped = float(np.mean(np.abs(tracked - wide)[both] > _JUMP)) if both.any() else 0.0
    signs = [
        text
        for text, share, limit in (
            (f"{outside:.0%} of the voiced frames lie outside it", outside, _OUTSIDE),
            (f"{lost:.0%} are lost", lost, _LOST),
            (f"{jumped:.0%} jump by an octave", jumped, _JUMPED),
        )
        if share > limit
    ]
    if not signs:
        return ""
    median = float(np.exp(np.median(pitch)))
    return (
        f"F0 range {chosen.name} ({chosen.low:g}-{chosen.high:g} Hz) does not suit a pitch around "
        f"{median:.0f} Hz: {', '.join(signs)}"
    )
