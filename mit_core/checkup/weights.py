"""Files of weights: those inside packages, and those that a user may bring."""

import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mit_core.checkup.check import FOUND, LACKING, NOTE, Check
from mit_core.checkup.packages import ENVIRONMENT
from mit_core.faces.weight_files import DLIB_PREDICTOR, FACE_ALIGNMENT_FILES
from mit_core.models.published_names import PUBLISHED_FILES

_MEDIAPIPE = (
    "modules/face_landmark/face_landmark_with_attention.tflite",
    "modules/face_detection/face_detection_full_range_sparse.tflite",
    "modules/face_detection/face_detection_short_range.tflite",
)
_DLIB = f"models/{DLIB_PREDICTOR}"
# Configuration key -> what it names, and what for.
_KEYS = {
    "published.checkpoints": ("MakeItTalk's published checkpoints", "to animate without footage"),
    "published.constants": ("MakeItTalk's published constants", "to go with its checkpoints"),
    "autovc.checkpoint": ("a trained voice converter", "to hear through it; one is trained else"),
    "animate.drawings_detector": ("a detector for drawings", "for pictures that no other reads"),
    "render.checkpoint": ("a network that draws", "to draw with it; one is trained else"),
    "train_refinement.perceptual_weights": ("VGG19", "to train with perceptual: vgg19"),
    "train_translation.perceptual_weights": ("VGG19", "to train with perceptual: vgg19"),
    "evaluate.syncnet": ("SyncNet (syncnet_v2.model)", "to measure LSE-C and LSE-D"),
}


def check_detectors(config: Mapping[str, Any]) -> list[Check]:
    """The files that each landmark detector reads.

    Args:
        config: the whole configuration; ``landmarks.weights`` is looked at.
    """
    chosen, weights = (_at(config, f"landmarks.{key}") for key in ("detector", "weights"))
    return [
        _inside("mediapipe", "mediapipe", _MEDIAPIPE, needed=True),
        _inside("dlib", "face_recognition_models", (_DLIB,), needed=False),
        _face_alignment(weights if chosen == "face_alignment" else None),
        _adaptive_wing(weights if chosen == "adaptive_wing" else None),
    ]


def check_given(config: Mapping[str, Any]) -> list[Check]:
    """Files of weights that the configuration names, and those that it could."""
    return [_given(config, key, *texts) for key, texts in _KEYS.items()]


def _inside(detector: str, package: str, files: tuple[str, ...], needed: bool) -> Check:
    """Weights that a package carries."""
    name = f"landmarks by {detector}"
    state = LACKING if needed else NOTE
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return Check(name, state, f"the package {package} is missing", ENVIRONMENT)
    folder = Path(spec.origin).parent
    missing = [file for file in files if not (folder / file).is_file()]
    if missing:
        return Check(name, state, f"{folder} lacks {', '.join(missing)}", ENVIRONMENT)
    return Check(name, FOUND, f"models are in the package {package}")


def _face_alignment(weights: str | None) -> Check:
    folder = Path(weights) if weights else fetched_weights()
    missing = [name for name in FACE_ALIGNMENT_FILES if not (folder / name).is_file()]
    if not missing:
        return Check("landmarks by face_alignment", FOUND, f"weights are in {folder}")
    return Check(
        "landmarks by face_alignment",
        NOTE,
        f"{folder} lacks {' and '.join(missing)}",
        "optional: put these files of the package face-alignment 1.5 there, or name their folder "
        "in landmarks.weights; they are never downloaded",
    )


def fetched_weights() -> Path:
    """Where torch keeps what packages fetch; told without loading torch."""
    cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    home = os.environ.get("TORCH_HOME", f"{cache}/torch")
    return Path(home).expanduser() / "hub" / "checkpoints"


def _adaptive_wing(weights: str | None) -> Check:
    if weights and Path(weights).is_file():
        return Check("landmarks by adaptive_wing", FOUND, weights)
    return Check(
        "landmarks by adaptive_wing",
        NOTE,
        f"{weights} is not there" if weights else "no weights are named (landmarks.weights)",
        "optional: train one (target train_detector), or get the published WFLW_4HG.pth",
    )


def _given(config: Mapping[str, Any], key: str, what: str, why: str) -> Check:
    value = _at(config, key)
    if not value:
        return Check(what, NOTE, f"not given ({key})", f"optional, {why}: name it in {key}")
    path = Path(str(value))
    if not path.exists():
        return Check(what, NOTE, f"{key} is {value}, which is not there", f"mend {key}")
    if key == "published.checkpoints":
        missing = [name for name in PUBLISHED_FILES["checkpoints"] if not (path / name).is_file()]
        if missing:
            words = f"{path} lacks {', '.join(missing)}"
            return Check(what, NOTE, words, "put the published files there")
    return Check(what, FOUND, f"{value} ({key})")


def _at(config: Mapping[str, Any], key: str) -> Any:
    section, _, name = key.partition(".")
    held = config.get(section)
    return held.get(name) if isinstance(held, Mapping) else None
