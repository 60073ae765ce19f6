"""Constants that the published checkpoints were trained with, read from the user's own folder.

Their licence (CC BY-NC 4.0) keeps them out of this project.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mit_core.errors import UserError, reason_of
from mit_core.models.published_names import AUTOVC_SCALING, STANDARD_FACE, TARGET_VOICE

Array = npt.NDArray[np.float32]

# File -> (numbers in it, what it is).
_FILES = {
    STANDARD_FACE: (204, "the standard face"),
    AUTOVC_SCALING: (160, "mean and deviation of AutoVC's mel"),
    TARGET_VOICE: (256, "the embedding of the voice that all speech is converted to"),
}


@dataclass(frozen=True)
class PublishedConstants:
    """What the published networks take for granted.

    Attributes:
        standard_face: shape = (68, 3), face units, y down, z towards the viewer.
        mean, std: shape = (80,) each, of the converted mel that both branches hear.
        target: shape = (256,), d-vector of the voice that AutoVC converts to.
    """

    standard_face: Array
    mean: Array
    std: Array
    target: Array


def read_constants(folder: str | Path) -> PublishedConstants:
    """Read the constants from the folder of text files that the published code keeps them in.

    Raises:
        UserError: a file is missing, or does not hold what it should; it is named.
    """
    numbers = {name: _numbers(Path(folder), name) for name in _FILES}
    face, scaling, target = numbers.values()
    mean, std = np.split(scaling, 2)
    if not np.all(std > 0):
        raise UserError(
            f"{Path(folder) / AUTOVC_SCALING}: its last 80 numbers are "
            "deviations and must be positive; get the published file anew."
        )
    return PublishedConstants(face.reshape(68, 3), mean, std, target)


def _numbers(folder: Path, name: str) -> Array:
    count, what = _FILES[name]
    path = folder / name
    try:
        numbers = np.loadtxt(path, dtype=np.float32).ravel()
    except OSError:
        raise UserError(
            f"published.constants: {folder} holds no {name} ({what}): give the folder of the "
            "published code that holds its constants."
        ) from None
    except ValueError as error:
        raise UserError(f"{path} is not a text of numbers ({reason_of(error)}).") from error
    if numbers.size != count or not np.isfinite(numbers).all():
        raise UserError(
            f"{path} holds {numbers.size} numbers, not the {count} finite ones of {what}; get the "
            "published file anew."
        )
    return numbers
