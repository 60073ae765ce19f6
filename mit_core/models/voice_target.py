"""The voice that speech is converted to: a speaker's name or an embedding's file."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mit_core.arrays import read_array
from mit_core.errors import DamagedError, UserError
from mit_core.files import is_file

Array = npt.NDArray[np.float32]

EMBEDDING = 256
"""Numbers of a speaker embedding (d-vector)."""


def voice_named(name: str, speakers: Mapping[str, Array], key: str = "target") -> tuple[str, Array]:
    """A known speaker's embedding, or the one that a file holds.

    Args:
        name: a key of ``speakers``, or the path of a .npy or .txt file with 256 numbers.
        speakers: embeddings by name, shape = (256,) each.
        key: the setting that the name comes from, for the message.

    Returns:
        The speaker's name or the file's, and the embedding, shape = (256,), float32.

    Raises:
        UserError: neither speaker nor file, or the file holds something else.
    """
    if name in speakers:
        return name, np.asarray(speakers[name], np.float32)
    path = Path(name)
    if not is_file(path):
        known = ", ".join(sorted(speakers)) or "none"
        raise UserError(
            f"{key} '{name}' is neither a training speaker (known: {known}) nor a file: give a "
            "speaker's name, or the path of an embedding (.npy or .txt, 256 numbers)."
        )
    return path.name, read_embedding(path)


def read_embedding(path: str | Path) -> Array:
    """Read a speaker embedding from a .npy file, or a text of numbers; shape = (256,), float32.

    Raises:
        UserError: the file does not hold 256 finite numbers.
    """
    try:
        if Path(path).suffix == ".npy":
            values = read_array(path)
        else:
            words = Path(path).read_text(encoding="utf-8").replace(",", " ").split()
            values = np.array([float(word) for word in words])
        if values.dtype.kind not in "iuf":
            raise ValueError("its elements are no numbers")
        with np.errstate(over="ignore"):
            values = values.astype(np.float32).reshape(-1)
    except (DamagedError, OSError, ValueError, TypeError) as error:
        raise UserError(
            f"{path} cannot be read as an embedding: give a .npy array or a text of 256 numbers."
        ) from error
    if values.size != EMBEDDING or not np.isfinite(values).all():
        raise UserError(
            f"{path} holds {values.size} numbers, not the {EMBEDDING} finite ones of a speaker "
            "embedding: give one that Resemblyzer made."
        )
    return values
