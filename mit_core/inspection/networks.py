"""Checkpoints: ours of each kind, and those that others published."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from mit_core.errors import UserError
from mit_core.files import read_json
from mit_core.inspection.finding import Finding, counted, size_of
from mit_core.models.autovc_checkpoint import load_autovc, load_autovc_start
from mit_core.models.awing_checkpoint import load_awing
from mit_core.models.checkpoint import load_content
from mit_core.models.published import PUBLISHED, fill, read_published
from mit_core.models.speaker_aware import SpeakerAware
from mit_core.models.speaker_checkpoint import load_speaker
from mit_core.models.syncnet import load_syncnet
from mit_core.models.tensors import read_tensors
from mit_core.models.translation_checkpoint import load_translation

_NAMES_MOST = 10
"""Speakers that are named."""
_MEASURES_MOST = 6


def describe_checkpoint(path: Path) -> Finding:
    """A file of weights; nothing of it runs."""
    content = read_tensors(path)
    kind = content.get("format")
    if isinstance(kind, str) and kind.rpartition(".")[0] in _OURS:
        finding = _OURS[kind.rpartition(".")[0]](path)
    elif isinstance(kind, str) and kind.startswith("mit_core.state."):
        words = "The state that a training goes on from; best.pt beside it is what it came to."
        finding = Finding("state of a training", (words,))
    else:
        finding = _published(path, content)
    return Finding(
        finding.kind,
        (*finding.words, *_record(path), f"The file takes {size_of(path)}."),
        {**finding.facts, "bytes": path.stat().st_size},
    )


def _content(path: Path) -> Finding:
    saved = load_content(path)
    told = ["It hears the mel." if saved.feature == "mel" else "It hears voices that AutoVC made."]
    if saved.adopted:
        told.append("It was published by others, not trained here.")
    facts = {"feature": saved.feature, "measures": dict(saved.measures)}
    return _network("content branch (speech to lips)", saved.model, told, saved, facts)


def _speaker(path: Path) -> Finding:
    saved = load_speaker(path)
    told = [f"It knows the manners of {_names(list(saved.speakers))}."] if saved.speakers else []
    facts = {"feature": saved.feature, "speakers": sorted(saved.speakers)}
    return _network("speaker-aware branch (moves the head)", saved.model, told, saved, facts)


def _autovc(path: Path) -> Finding:
    saved = load_autovc(path)
    told = [f"It converts every voice to that of {saved.target_name}."]
    return _network(
        "AutoVC (voice conversion)", saved.model, told, saved, {"target": saved.target_name}
    )


def _drawing(path: Path) -> Finding:
    saved = load_translation(path)
    told = [f"It draws faces of {saved.size} x {saved.size} pixels."]
    kind = "mends the warp" if saved.kind == "refinement" else "draws the face"
    return _network(
        f"{saved.kind} network ({kind})", saved.model, told, saved, {"size": saved.size}
    )


def _detector(path: Path) -> Finding:
    saved = load_awing(path)
    told = [f"It finds {saved.points} landmarks in crops of {saved.size} pixels."]
    return _network("landmark detector", saved.model, told, saved, {"points": saved.points})


_OURS: Mapping[str, Callable[[Path], Finding]] = {
    "mit_core.content": _content,
    "mit_core.speaker": _speaker,
    "mit_core.autovc": _autovc,
    "mit_core.translation": _drawing,
    "mit_core.awing": _detector,
}


def _published(path: Path, content: Mapping[str, Any]) -> Finding:
    """By the entries and keys that the published files have."""
    weights = _state_dict(content)
    keys = {key.removeprefix("module.") for key in weights}
    parameters = sum(value.numel() for value in weights.values())
    if PUBLISHED["content"].entry in content:
        return _theirs("content", parameters)
    if any(key.startswith("netcnnaud.") for key in keys):
        load_syncnet(path)
        return _weights("SyncNet", "evaluate.syncnet", parameters)
    if "conv1.weight" in keys and "top_m_0.conv1.weight" in keys:  # l0 is AdaptiveWing's, too
        name = "face-alignment's landmark network"
        return _weights(name, "landmarks.weights, its folder", parameters)
    if any(key.startswith("l0.") for key in keys):
        saved = load_awing(path)
        name = f"AdaptiveWing detector of {saved.points} landmarks"
        return _weights(name, "landmarks.weights, with detector: adaptive_wing", parameters)
    if {"features.0.weight", "features.34.weight"} <= keys:
        return _weights("VGG19", "train_refinement.perceptual_weights", parameters)
    if PUBLISHED["speaker"].entry in content:  # translation's, too
        if keys >= set(SpeakerAware().state_dict()):
            fill(SpeakerAware(), read_published("speaker", path), path)
            return _theirs("speaker", parameters)
        load_translation(path)
        return _theirs("translation", parameters)
    if PUBLISHED["autovc"].entry in content:
        load_autovc_start(path)
        return _theirs("autovc", parameters)
    if "fc.weight" in keys:
        name = "face-alignment's depth network"
        return _weights(name, "landmarks.weights, its folder", parameters)
    held = ", ".join(sorted(map(str, content))[:_MEASURES_MOST]) or "nothing"
    raise UserError(
        f"{path} holds no network that is known here (it has: {held}): give a best.pt of this "
        "project or one of the published checkpoints."
    )


def _state_dict(content: Mapping[str, Any]) -> Mapping[str, Tensor]:
    """The weights: of the first entry that holds nothing else, or of the file itself."""
    for held in (*content.values(), content):
        if isinstance(held, Mapping) and held:
            tensors = {key: value for key, value in held.items() if isinstance(value, Tensor)}
            if len(tensors) == len(held):
                return tensors
    return {}


def _theirs(kind: Any, parameters: int) -> Finding:
    file = PUBLISHED[kind]
    words = (
        f"MakeItTalk's published {file.what} ({file.name}), {parameters / 1e6:.1f} million "
        "parameters: name its folder as published.checkpoints.",
    )
    return Finding(f"published {file.what}", words, {"parameters": parameters})


def _weights(name: str, key: str, parameters: int) -> Finding:
    words = (f"Weights of {name}, {parameters / 1e6:.1f} million parameters: give them as {key}.",)
    return Finding(f"weights of {name}", words, {"parameters": parameters})


def _network(
    kind: str, model: nn.Module, told: list[str], saved: Any, facts: dict[str, Any]
) -> Finding:
    parameters = sum(each.numel() for each in model.parameters())
    measures = dict(getattr(saved, "measures", {}))
    shown = ", ".join(f"{k} {v:.4g}" for k, v in list(measures.items())[:_MEASURES_MOST])
    words = (
        f"{parameters / 1e6:.2f} million parameters.",
        *told,
        *([f"Validation measured {shown}."] if shown else []),
    )
    return Finding(kind, words, {**facts, "parameters": parameters, "measures": measures})


def _record(path: Path) -> tuple[str, ...]:
    """What the training's record beside a checkpoint tells, where there is one."""
    try:
        told = read_json(path.with_name("run.json"))
        return (
            f"Trained as run {told['run']!r} on {counted(told['clips'], 'clip')} of "
            f"{counted(told['speakers'], 'speaker')} in {told['seconds'] / 60:.1f} min, "
            f"{told['steps']} steps, on {told['device']}.",
        )
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def _names(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:_NAMES_MOST])
    rest = len(names) - _NAMES_MOST
    return f"{shown} and {rest} others" if rest > 0 else shown
