"""Values that are right by themselves and cannot be meant together."""

import shlex
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from mit_core.clocks import VIDEO_HZ
from mit_core.configuration.places import named, same, within
from mit_core.configuration.words import shown
from mit_core.errors import reason_of
from mit_core.files import is_file
from mit_core.models.published_names import PUBLISHED_FILES

Config = Mapping[str, Any]

# A network's kind -> the section that its runs are trained by; the speaker-aware branch is named
# as the content branch that it stands on.
TRAINED_BY = {
    "autovc": "train_autovc",
    "content": "train_content",
    "speaker": "train_content",
    "refinement": "train_refinement",
    "translation": "train_translation",
    "detector": "train_detector",
}


def contradictions(config: Config) -> list[str]:
    """A sentence for each contradiction of a configuration that the schema found right.

    Keys that a section may lack are passed over.
    """
    return [sentence for check in _CHECKS for sentence in check(config)]


def unknown_voices(config: Config, speakers: Collection[str]) -> list[str]:
    """A sentence for each voice that is neither a speaker of the footage nor a file.

    Args:
        speakers: of the footage; empty where it is not known who they are.
    """
    published, given = config["published"]["checkpoints"], config["autovc"]["checkpoint"]
    target, style = config["autovc"]["target"], config["animate"].get("style")
    # a checkpoint that is given brings speakers of its own
    told = _unknown_voice("autovc.target", target, [] if published or given else speakers)
    if published and style and not is_file(style):
        told.append(
            f"animate.style: '{named(style)}' is no file, and the published checkpoints know no "
            "speaker by name; give the path of a .npy or .txt file with 256 numbers, or null."
        )
    return told if published else told + _unknown_voice("animate.style", style, speakers)


def _unknown_voice(key: str, voice: str | None, speakers: Collection[str]) -> list[str]:
    if not voice or voice in speakers or is_file(voice):
        return []
    if not speakers and Path(voice).suffix not in (".npy", ".txt"):
        return []  # a speaker's name, and it is not known who they are
    known = f" ({_few(speakers)})" if speakers else ""
    return [
        f"{key}: '{named(voice)}' is neither a speaker of the footage{known} nor a file; give a "
        "speaker's name, or the path of a .npy or .txt file with 256 numbers."
    ]


def _few(names: Collection[str], most: int = 8) -> str:
    listed = sorted(names)
    return ", ".join(listed[:most]) + (" ..." if len(listed) > most else "")


def _lengths(config: Config) -> Iterator[str]:
    segment, landmarks = config["segment"], config["landmarks"]
    least, most = segment.get("min_seconds"), segment.get("max_seconds")
    if _both(least, most) and least > most:
        yield (
            f"segment.min_seconds is {least} and segment.max_seconds {most}: no segment can be so "
            "long and so short; make min_seconds the smaller one."
        )
    frames = landmarks.get("min_frames")
    if _both(frames, most) and frames > most * VIDEO_HZ:
        yield (
            f"landmarks.min_frames is {frames}, but no segment has more than "
            f"{most * VIDEO_HZ:g} frames (segment.max_seconds at {VIDEO_HZ:g} a second): make one "
            "smaller or the other larger."
        )


def _sizes(config: Config) -> Iterator[str]:
    face, side = config["segment"].get("min_face_pixels"), config["normalise"].get("max_side")
    if _both(face, side) and face >= side:
        yield (
            f"segment.min_face_pixels is {face}, but pictures are scaled down to {side} pixels "
            "(normalise.max_side): no face is so large; make it smaller."
        )


def _smoothing(config: Config) -> Iterator[str]:
    window = config["register"].get("smoothing_window")
    order = config["register"].get("smoothing_order")
    if _both(window, order) and window > 1 and order >= window:
        yield (
            f"register.smoothing_order is {order} and register.smoothing_window {window}: the "
            "window must be longer than the order, or 1 for no smoothing."
        )


def _ends(config: Config) -> Iterator[str]:
    if config["training"]["budget"] is not None:
        return
    for section in dict.fromkeys(f"train_{kind}" for kind in TRAINED_BY):
        settings = config[section]
        if settings.get("steps") == 0 and settings.get("minutes") is None:
            yield (
                f"{section}.steps is 0 and {section}.minutes null: give one of them, or "
                "training.budget, to say when training ends."
            )


def _levels(config: Config) -> Iterator[str]:
    for section in ("train_refinement", "train_translation"):
        size, widths = config[section].get("size"), config[section].get("widths")
        if _both(size, widths) and size % 2 ** len(widths):
            yield (
                f"{section}.size is {size}: give a multiple of {2 ** len(widths)} pixels, since "
                f"{section}.widths has {len(widths)} levels that halve the picture."
            )


def _perceptual(config: Config) -> Iterator[str]:
    for section in ("train_refinement", "train_translation"):
        settings = config[section]
        if settings.get("perceptual") == "vgg19" and settings.get("perceptual_weights") is None:
            yield (
                f"{section}.perceptual is vgg19, whose weights do not come with this project: give "
                f"the file of torchvision's vgg19 as {section}.perceptual_weights, or choose "
                "efficientnet_lite0."
            )


def _beginnings(config: Config) -> Iterator[str]:
    for kind, section in TRAINED_BY.items():
        initial = config[f"train_{kind}"]["initial"]
        run = config[section]["run"]
        if initial and within(initial, Path(config["results"], "models", kind, run)):
            yield (
                f"train_{kind}.initial is {named(initial)}, of the very run that is to start from "
                f"it: give the new run another name ({section}.run)."
            )


def _devices(config: Config) -> Iterator[str]:
    training, device = config["training"], config["device"]
    if ":" in device and training["devices"] * training["nodes"] > 1:
        yield (
            f"device is {device}, one GPU, but training.devices is {training['devices']} and "
            f"training.nodes {training['nodes']}: give the device cuda without a number, or 1 "
            "for both."
        )


def _launcher(config: Config) -> Iterator[str]:
    launcher = config["training"]["launcher"]
    try:
        words = shlex.split(launcher.format(nodes=2, threads=1))
    except (ValueError, LookupError, AttributeError, TypeError) as error:
        why = reason_of(error)
        yield (
            f"training.launcher: {shown(launcher)} is no command ({why}): close its quotation "
            "marks, and write {nodes} and {threads} in braces, nothing else."
        )
        return
    if not words:
        yield "training.launcher: give the command that starts a process on each node."


def _published(config: Config) -> Iterator[str]:
    checkpoints, constants = (config["published"][key] for key in ("checkpoints", "constants"))
    if checkpoints and not constants:
        yield (
            "published.constants is missing: give the folder of the published code's constants "
            f"({', '.join(PUBLISHED_FILES['constants'])})."
        )
    if constants and not checkpoints:
        yield (
            "published.checkpoints is missing, without which published.constants says nothing: "
            "give the folder of the published checkpoints, or set both to null."
        )
    if not checkpoints:
        return
    if config["autovc"]["checkpoint"] or config["autovc"]["target"]:
        yield (
            "published.checkpoints brings its own AutoVC and target voice: set autovc.checkpoint "
            "and autovc.target to null, or published.checkpoints to null."
        )
    imported = config["import_dump"]["prefix"] and config["import_dump"]["feature"] == "mel"
    if config["content_feature"] == "mel" or imported:
        yield (
            "published.checkpoints hear speech as AutoVC converts it, not the mel itself: set "
            "content_feature to auto and import_dump.prefix to null, or published.checkpoints to "
            "null."
        )


def _imported(config: Config) -> Iterator[str]:
    prefix, feature = config["import_dump"]["prefix"], config["import_dump"]["feature"]
    if not prefix:
        return
    if config["content_feature"] not in ("auto", feature):
        yield (
            f"content_feature is {config['content_feature']}, but the pickles hold {feature} "
            "(import_dump.feature): set content_feature to auto, or give what they hold."
        )
    if same(prefix, Path(config["results"], "dump", config["corpus"]["name"])):
        yield (
            f"import_dump.prefix is {named(prefix)}, where this run would write its own pickles: "
            "give another folder as results, or another corpus.name."
        )


def _renderer(config: Config) -> Iterator[str]:
    if config["render"]["renderer"] == "mesh_warp" and config["render"]["checkpoint"]:
        yield (
            "render.renderer is mesh_warp, which draws without a network, but render.checkpoint "
            "is given: set it to null, or render.renderer to auto."
        )


def _nothing_to_learn(config: Config) -> Iterator[str]:
    settings = config["train_detector"]
    if not settings["footage"] and not settings["drawings"]:
        yield (
            "train_detector.footage is false and train_detector.drawings null: give one of them to "
            "learn from."
        )


def _both(*values: Any) -> bool:
    return all(value is not None for value in values)


_CHECKS: tuple[Callable[[Config], Iterator[str]], ...] = (
    _lengths,
    _sizes,
    _smoothing,
    _ends,
    _levels,
    _perceptual,
    _beginnings,
    _devices,
    _launcher,
    _published,
    _imported,
    _renderer,
    _nothing_to_learn,
)
