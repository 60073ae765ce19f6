"""A portrait's landmarks over time, in memory and as a file."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mit_core.arrays import read_arrays
from mit_core.errors import DamagedError, reason_of
from mit_core.files import write_arrays


@dataclass(frozen=True)
class Animation:
    """A portrait's landmarks over time; frame k is at k / fps seconds.

    Attributes:
        landmarks: shape = (T, 68, 3), float32, pixels of the portrait.
        mouth_opening: shape = (T,), inner-lip gap over the outer-eye distance, head motion apart.
        fps: frames a second.
        portrait: shape = (68, 3), float32, the portrait's own landmarks in pixels.
    """

    landmarks: npt.NDArray[np.float32]
    mouth_opening: npt.NDArray[np.float32]
    fps: float
    portrait: npt.NDArray[np.float32]


def save_animation(path: str | Path, animation: Animation) -> None:
    """Write an animation as ``.npz``, whole or not at all."""
    write_arrays(path, {field.name: getattr(animation, field.name) for field in fields(animation)})


def load_animation(path: str | Path) -> Animation:
    """Read what ``save_animation`` wrote.

    Raises:
        DamagedError: the file is missing, or is not of this kind.
    """
    try:
        values: dict[str, Any] = {**read_arrays(path, [field.name for field in fields(Animation)])}
        values["fps"] = float(values["fps"])
        frames = len(values["landmarks"])
        shapes = {"landmarks": (frames, 68, 3), "mouth_opening": (frames,), "portrait": (68, 3)}
        for name, shape in shapes.items():
            if values[name].shape != shape:
                raise ValueError(f"{name} has shape {values[name].shape}, not {shape}")
        return Animation(**values)
    except (DamagedError, ValueError, TypeError) as error:
        raise DamagedError(
            f"{path} holds no animation ({reason_of(error)}); make it again."
        ) from error
