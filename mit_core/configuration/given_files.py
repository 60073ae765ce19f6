"""Whether the files that a configuration names are there, and results in a place of their own."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mit_core.configuration.places import named, same, within
from mit_core.faces.table_beside import TABLE_SUFFIX, table_beside
from mit_core.faces.weight_files import DLIB_FILES, FACE_ALIGNMENT_FILES
from mit_core.files import is_file, is_folder
from mit_core.media.picture_kinds import seems_picture
from mit_core.models.published_names import PUBLISHED_FILES

Config = Mapping[str, Any]

DEMO = "demo"
"""Stands for the demo's own files."""
WRITTEN = (
    *("animations", "benchmarks", "corpus", "dump", "evaluation"),
    *("logs", "models", "scaling", "shards"),
)
"""Folders that the workflow fills below results. The demo's own files may be given like any."""
_DRAWING = ("train_refinement", "train_translation")
_TRAINED = ("train_autovc", "train_content", "train_speaker", *_DRAWING, "train_detector")
_FILES = (
    ("import_dump", "speakers"),
    ("autovc", "checkpoint"),
    *((section, "initial") for section in _TRAINED),
    *((section, "perceptual_weights") for section in _DRAWING),
    ("animate", "drawings_detector"),
    ("render", "checkpoint"),
    ("evaluate", "syncnet"),
)
# Files, folders or lists of both.
_SOURCES = (
    ("corpus", "videos"),
    ("animate", "portraits"),
    ("animate", "speech"),
    ("train_detector", "drawings"),
)


def missing_files(config: Config) -> list[str]:
    """A sentence for each path that cannot serve.

    A network that does not lie in the results yet may be made there by the very run.
    """
    return [sentence for check in _CHECKS for sentence in check(config)]


def _files(config: Config) -> Iterator[str]:
    for section, key in _FILES:
        path = config[section].get(key)
        if not path or within(path, Path(config["results"], "models")):
            continue
        if is_folder(path):
            yield f"{section}.{key}: {named(path)} is a folder; give the file in it."
        elif not is_file(path):
            yield _not_there(f"{section}.{key}", path, "a file, or null")


def _sources(config: Config) -> Iterator[str]:
    for key, path in _given_sources(config):
        if not is_file(path) and not is_folder(path):
            yield _not_there(key, path, "a file, a folder, or a list of both")


def _portraits(config: Config) -> Iterator[str]:
    for key, path in _given_sources(config):
        # what lies in a folder costs its own job alone
        if key == "animate.portraits" and is_file(path) and not seems_picture(path):
            yield _no_picture(key, path)


def _drawings(config: Config) -> Iterator[str]:
    for key, path in _given_sources(config):
        if key != "train_detector.drawings":
            continue
        if is_file(path) and not is_file(table_beside(path)):
            yield (
                f"{key}: {named(path)} has no landmarks beside it; put its 68 points in "
                f"{named(table_beside(path).name)}, a row of x and y each."
            )
        elif is_folder(path) and not any(Path(path).glob(f"*{TABLE_SUFFIX}")):
            yield (
                f"{key}: {named(path)} holds no picture with its landmarks beside it; put the 68 "
                f"points of NAME.png in NAME{TABLE_SUFFIX}, a row of x and y each."
            )


def _detector(config: Config) -> Iterator[str]:
    detector, weights = config["landmarks"]["detector"], config["landmarks"]["weights"]
    wanted = {"face_alignment": FACE_ALIGNMENT_FILES, "dlib": DLIB_FILES}.get(detector)
    if detector == "adaptive_wing":
        if weights is None or is_folder(weights):
            yield (
                "landmarks.detector is adaptive_wing, which needs its weights: give the best.pt "
                "that train_detector wrote, or the published WFLW_4HG.pth, as landmarks.weights."
            )
        elif not is_file(weights):
            yield _not_there("landmarks.weights", weights, "adaptive_wing's file")
    elif wanted and (weights is not None or detector == "face_alignment"):
        folder = _torch_folder() if weights is None else weights
        yield from _in_folder("landmarks.weights", folder, wanted, f"{detector} finds")


def _torch_folder() -> str:
    """Where torch keeps the weights of packages, which face_alignment reads by itself."""
    cache = os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")
    return str(Path(os.environ.get("TORCH_HOME", Path(cache, "torch")), "hub", "checkpoints"))


def _published(config: Config) -> Iterator[str]:
    if not config["published"]["checkpoints"]:
        return
    for key, names in PUBLISHED_FILES.items():
        if folder := config["published"][key]:
            yield from _in_folder(f"published.{key}", folder, names, "the published files are")


def _pickles(config: Config) -> Iterator[str]:
    prefix = config["import_dump"]["prefix"]
    if not prefix:
        return
    wanted = [f"{prefix}_train_{kind}.pickle" for kind in ("fl", "au")]
    if missing := [path for path in wanted if not is_file(path)]:
        paths, absent = " and ".join(map(named, missing)), _does_not_exist(prefix, len(missing))
        yield (
            f"import_dump.prefix: {paths} {absent}; give how the paths of the pickles begin, up to "
            "_train_fl.pickle."
        )


def _background(config: Config) -> Iterator[str]:
    given = config["render"].get("background")
    if not given or re.fullmatch("#[0-9a-fA-F]{6}", given):
        return
    if not is_file(given):
        yield (
            f"render.background: '{named(given)}' is neither a colour nor a file; give a colour as "
            '"#rrggbb", in quotation marks, or the path of a picture.'
        )
    elif not seems_picture(given):
        yield _no_picture("render.background", given)


def _results(config: Config) -> Iterator[str]:
    results = Path(config["results"])
    above = next((path for path in (results, *results.parents) if is_file(path)), None)
    if above is not None:
        yield f"results: {named(above)} is a file; give a folder, which need not be there yet."
    elif same(results, Path("/")):
        yield f"results: {results} is the whole disk; give a folder of its own."
    elif _unexpanded(str(results)):
        yield f"results: {named(results)} {_tilde(str(results))}; give a folder's whole path."
    for key, path in _given_sources(config):
        if not is_folder(path):
            continue
        if same(path, results):
            yield (
                f"results: {results} is the folder of {key}; give another folder, so that nothing "
                "is written beside your own files."
            )
        elif inside := next((n for n in WRITTEN if within(path, results / n)), None):
            yield (
                f"{key}: {named(path)} lies in {results / inside}, where this run writes its own "
                "files; give another folder as results."
            )


def _given_sources(config: Config) -> Iterator[tuple[str, str]]:
    for section, key in _SOURCES:
        given = config[section][key]
        imported = key == "videos" and config["import_dump"]["prefix"]
        if given is None or given == DEMO or imported:
            continue
        for path in [given] if isinstance(given, str) else given:
            yield f"{section}.{key}", path


def _in_folder(key: str, folder: str, names: tuple[str, ...], wanted: str) -> Iterator[str]:
    if not is_folder(folder):
        yield _not_there(key, folder, f"the folder where {wanted} {' and '.join(names)}")
    elif missing := [name for name in names if not is_file(Path(folder, name))]:
        yield (
            f"{key}: {named(folder)} holds no {' and no '.join(missing)}; put what is missing "
            "there, or give the folder it is in."
        )


def _no_picture(key: str, path: str) -> str:
    return f"{key}: {named(path)} is not a picture that can be read; give a PNG or JPEG file."


def _not_there(key: str, path: str, wanted: str) -> str:
    if path.strip().lower() in ("none", "null"):
        return f"{key}: '{path}' is text; for none write null, without quotation marks."
    return f"{key}: {named(path)} {_does_not_exist(path)}; give {wanted}."


def _does_not_exist(path: str, count: int = 1) -> str:
    if _unexpanded(path):
        return _tilde(path)
    looked = "" if Path(path).is_absolute() else f" in {Path.cwd()}"
    return f"{'does' if count == 1 else 'do'} not exist{looked}"


def _unexpanded(path: str) -> bool:
    """It begins as a shell's short way to a home, and nothing of that name lies here."""
    first = path.partition("/")[0]
    return first.startswith("~") and not is_folder(first)


def _tilde(path: str) -> str:
    try:
        whole = f" (is it {named(Path(path).expanduser())}?)"
    except RuntimeError:
        whole = ""
    return f"begins with ~, which only a shell takes for a home{whole}"


_CHECKS: tuple[Callable[[Config], Iterator[str]], ...] = (
    _results,
    _sources,
    _portraits,
    _drawings,
    _files,
    _detector,
    _published,
    _pickles,
    _background,
)
