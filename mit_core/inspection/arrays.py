"""Arrays in files: animations, speech, scaling, embeddings, and the published pickles."""

import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from mit_core.animation.animation import Animation, load_animation
from mit_core.errors import UserError, reason_of
from mit_core.faces.mouth import mouth_opening
from mit_core.inspection.finding import Finding, counted
from mit_core.models.voice_target import EMBEDDING
from mit_core.speech.features import load_speech
from mit_core.unpickling import read_plain_pickle

_ANIMATION = frozenset(Animation.__annotations__)
_SPEECH = {"mel", "f0_log", "embedding", "n_samples"}
_DAMAGE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, pickle.UnpicklingError)


def describe_npz(path: Path) -> Finding:
    """Several named arrays."""
    shapes = _shapes(path)
    if set(shapes) >= _ANIMATION:
        return _animation(path)
    if set(shapes) >= _SPEECH:
        return _speech(path)
    held = ", ".join(f"{name} {_shape(shape)}" for name, shape in sorted(shapes.items()))
    facts = {"arrays": {name: list(shape) for name, shape in shapes.items()}}
    if set(shapes) == {"mean", "std", "frames"}:
        words = f"Mean and deviation of a content feature of {shapes['mean'][0]} bands."
        return Finding("scaling", (words,), facts)
    if "quaternions" in shapes and "landmarks" in shapes:
        frames = counted(shapes["landmarks"][0], "frame")
        return Finding("registered landmarks", (f"{frames} at 62.5 Hz, of {held}.",), facts)
    return Finding("arrays", (f"It holds {held}.",), facts)


def describe_npy(path: Path) -> Finding:
    """One array."""
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except _DAMAGE as error:
        raise UserError(
            f"{path} cannot be read as an array: it is damaged ({reason_of(error)})."
        ) from error
    facts = {"shape": list(array.shape), "type": str(array.dtype)}
    if array.size == EMBEDDING:
        words = "An embedding of a voice: it can be given as animate.style or autovc.target."
        return Finding("embedding", (words,), facts)
    return Finding("array", (f"{_shape(array.shape)} of {array.dtype}.",), facts)


def describe_pickle(path: Path) -> Finding:
    """A pickle in the layout of the published training code; no code of it runs."""
    held = read_plain_pickle(path)
    if isinstance(held, dict) and isinstance(held.get("rot_trans"), list):
        clips = held["rot_trans"]
        words = f"Head poses (gaze) of {counted(len(clips), 'clip')}, {_frames(clips)}."
        return Finding("pickle of head poses", (words,), {"clips": len(clips)})
    first = held[0] if isinstance(held, list) and held else None
    if not (isinstance(first, tuple | list) and len(first) == 2):
        raise UserError(
            f"{path} is a pickle of plain data, but not of the published layout: landmarks (fl), "
            "features (au) or poses (gaze)."
        )
    arrays = [entry[0] for entry in held]
    names = [str(entry[1][1]) for entry in held if len(entry[1]) > 1]
    width = int(np.prod(np.shape(arrays[0])[1:]))
    spoken = len(first[1]) > 2
    kind = "speech features (au)" if spoken else "landmarks (fl)"
    words = (
        f"{kind[0].upper()}{kind[1:]} of {counted(len(arrays), 'clip')}, {_frames(arrays)} of "
        f"{width} numbers at 62.5 Hz"
        + (f": {names[0]} ..." if len(names) > 1 else "".join(f": {name}" for name in names))
        + "."
    )
    return Finding(f"pickle of {kind}", (words,), {"clips": len(arrays), "width": width})


def _animation(path: Path) -> Finding:
    made = load_animation(path)
    count = len(made.landmarks)
    rest = float(mouth_opening(made.portrait[None])[0])
    words = (
        f"{counted(count, 'frame')} of 68 landmarks at {made.fps:g} frames a second: "
        f"{count / made.fps:.2f} s.",
        f"The mouth opens up to {float(made.mouth_opening.max(initial=0)):.2f} of the distance of "
        f"the eyes; in the portrait it is open by {max(rest, 0):.2f}.",
    )
    facts = {"frames": count, "fps": made.fps, "seconds": round(count / made.fps, 3)}
    return Finding("animation", words, facts)


def _speech(path: Path) -> Finding:
    heard = load_speech(path)
    voiced = float(np.mean(heard.speech)) if len(heard.speech) else 0.0
    words = (
        f"Analysis of {heard.seconds:.2f} s of sound: mel, F0 in the {heard.f0_range} range, "
        "embedding.",
        f"Somebody speaks in {voiced:.0%} of it.",
    )
    return Finding("analysed speech", words, {"seconds": round(heard.seconds, 3)})


def _shapes(path: Path) -> dict[str, tuple[int, ...]]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name].shape for name in arrays.files}
    except (*_DAMAGE, AttributeError) as error:
        raise UserError(
            f"{path} cannot be read as arrays: it is damaged ({reason_of(error)})."
        ) from error


def _frames(arrays: list[Any]) -> str:
    return counted(sum(len(array) for array in arrays), "frame")


def _shape(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "one number"
