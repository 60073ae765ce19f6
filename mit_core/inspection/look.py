"""Which kind of file or folder something is, by what it holds and then by its name."""

import logging
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from mit_core.corpus.catalogue import AUDIO_SUFFIXES, IMAGE_SUFFIXES, VIDEO_SUFFIXES
from mit_core.errors import UserError
from mit_core.inspection.finding import Finding

logger = logging.getLogger(__name__)

_KNOWN = (
    "videos, sounds, pictures, landmark tables, puppets, the project's tables, dumps, animations, "
    "checkpoints, configurations and results, and the published pickles and checkpoints"
)
_PICKLED = b"\x80"
"""First byte of a pickle, which torch's older checkpoints are, too."""

# Kind of content -> who describes it: imported when there is something of the sort.
_PLACES = {
    "clip": "media.describe_clip",
    "picture": "pictures.describe_picture",
    "table": "tables.describe_table",
    "text": "tables.describe_text",
    "config": "settings.describe_config",
    "json": "folders.describe_json",
    "folder": "folders.describe_folder",
    "npz": "arrays.describe_npz",
    "npy": "arrays.describe_npy",
    "pickle": "arrays.describe_pickle",
    "checkpoint": "networks.describe_checkpoint",
}
_BY_SUFFIX = {
    **dict.fromkeys((*VIDEO_SUFFIXES, *AUDIO_SUFFIXES), "clip"),
    **dict.fromkeys(IMAGE_SUFFIXES, "picture"),
    **dict.fromkeys((".yaml", ".yml"), "config"),
    **dict.fromkeys((".pickle", ".pkl"), "pickle"),
    **dict.fromkeys((".pt", ".pth", ".tar", ".model", ".ckpt"), "checkpoint"),
    **{".tsv": "table", ".txt": "text", ".csv": "text", ".json": "json"},
    **{".npz": "npz", ".npy": "npy"},
}


def inspect_path(path: str | Path) -> Finding:
    """Say what a file or folder is. Never raises for what it holds."""
    try:
        return _describer(Path(path))(Path(path))
    except UserError as error:
        return Finding("unusable", (str(error),), good=False)
    except OSError as error:
        why = error.strerror or str(error)
        return Finding("unusable", (f"{path} cannot be read: {why}.",), good=False)
    except Exception as error:  # damaged files provoke anything in their readers
        logger.debug("reading %s", path, exc_info=True)
        why = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        words = (
            f"{path} cannot be read: it is damaged or of another kind than its name says ({why})."
        )
        return Finding("unusable", (words,), good=False)


def _describer(path: Path) -> Callable[[Path], Finding]:
    kind = "folder" if path.is_dir() else _BY_SUFFIX.get(path.suffix.lower()) or _kind_inside(path)
    if not path.exists():
        raise UserError(f"{path} does not exist: check the path.")
    if not path.is_dir() and not path.is_file():
        raise UserError(f"{path} is neither a file nor a folder.")
    if path.is_file() and not path.stat().st_size:
        raise UserError(f"{path} is empty (0 bytes): copy or make it again.")
    if kind is None:
        raise UserError(f"{path} is none of what is known here: {_KNOWN}.")
    module, _, name = _PLACES[kind].partition(".")
    found: Callable[[Path], Finding] = getattr(import_module(f"mit_core.inspection.{module}"), name)
    return found


def _kind_inside(path: Path) -> str | None:
    """By the first bytes of a file whose name says nothing."""
    from zipfile import BadZipFile, ZipFile

    if not path.is_file():
        return None
    with path.open("rb") as file:
        start = file.read(512)
    if start.startswith(b"PK"):
        try:
            with ZipFile(path) as archive:
                names = archive.namelist()
        except BadZipFile:
            return "checkpoint"
        return "npz" if all(name.endswith(".npy") for name in names) else "checkpoint"
    if start.startswith(b"\x93NUMPY"):
        return "npy"
    if start.startswith(_PICKLED):
        return "checkpoint"
    return "clip" if _is_media(path) else None


def _is_media(path: Path) -> bool:
    from mit_core.errors import ClipError
    from mit_core.media.probe import probe

    try:
        found = probe(path)
    except ClipError:
        return False
    return found.video is not None or found.audio is not None
