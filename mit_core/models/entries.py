"""Entries of a checkpoint, each checked to be what it should be before it is used."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from mit_core.errors import UserError, reason_of
from mit_core.unpickling import DAMAGE

Array = npt.NDArray[np.float32]
Dims = TypeVar("Dims")
Network = TypeVar("Network", bound=nn.Module)


def holds(content: Mapping[str, Any], name: str, value: str) -> bool:
    """Whether an entry is this text; in a stranger's file it may be an array or anything else."""
    found = content.get(name)
    return isinstance(found, str) and found == value


class Entries:
    """A checkpoint's named entries.

    Args:
        content: what ``read_tensors`` read, or an entry of it.
        path: of the file, for the message.
        what: which file it should be, for the message.

    Each method raises ``UserError``, naming file and entry, where an entry is missing or is of
    another kind.
    """

    def __init__(self, content: Mapping[str, Any], path: str | Path, what: str):
        self._content, self._path, self._what = content, path, what

    def _wrong(self, name: str, wanted: str) -> UserError:
        return UserError(
            f"{self._path} is no whole {self._what}: its entry '{name}' is not {wanted}. Give "
            "another file, or delete this one if training wrote it."
        )

    def vector(self, name: str, size: int) -> Array:
        """Finite numbers, shape = (size,)."""
        value = self._content.get(name)
        if not isinstance(value, Tensor) or not _is_vector(value, size):
            raise self._wrong(name, f"a tensor of {size} finite numbers")
        found: Array = value.detach().numpy()
        return found

    def vectors(self, name: str, size: int) -> dict[str, Array]:
        """Named vectors of one size."""
        held = self.mapping(name)
        return {key: Entries(held, self._path, self._what).vector(key, size) for key in held}

    def mapping(self, name: str) -> dict[str, Any]:
        """Values by name."""
        value = self._content.get(name)
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise self._wrong(name, "a set of named values")
        return dict(value)

    def inside(self, name: str) -> "Entries":
        """The entries of an entry."""
        return Entries(self.mapping(name), self._path, self._what)

    def text(self, name: str, *choices: str) -> str:
        """A text; one of the choices, where there are any."""
        value = self._content.get(name)
        if not isinstance(value, str) or (choices and value not in choices):
            raise self._wrong(name, f"one of {', '.join(choices)}" if choices else "a text")
        return str(value)

    def whole(self, name: str, least: int, most: int) -> int:
        """A whole number."""
        value = self._content.get(name)
        if not isinstance(value, int) or not least <= value <= most:
            raise self._wrong(name, f"a whole number from {least} to {most}")
        return int(value)

    def number(self, name: str, least: float, most: float) -> float:
        """A number."""
        value = self._content.get(name)
        if not isinstance(value, int | float) or not least <= value <= most:
            raise self._wrong(name, f"a number from {least:g} to {most:g}")
        return value

    def flag(self, name: str) -> bool:
        """Yes or no."""
        value = self._content.get(name)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def widths(self, name: str, weights: Mapping[str, Tensor]) -> tuple[int, ...]:
        """Channels of a network's levels, which its weights bear out."""
        value, most = self._content.get(name), _largest(weights)
        good = isinstance(value, list | tuple) and all(
            isinstance(width, int) and 0 < width <= most for width in value
        )
        if not good or len(value) > len(weights):  # type: ignore[arg-type]
            raise self._wrong(name, "a list of the network's widths")
        return tuple(value)  # type: ignore[arg-type]

    def dims(self, name: str, kind: type[Dims], weights: Mapping[str, Tensor]) -> Dims:
        """A network's sizes, which its weights bear out."""
        held, most = self.mapping(name), _largest(weights)
        wanted = {field.name for field in fields(kind)}  # type: ignore[arg-type]
        good = {*held} == wanted and all(
            isinstance(value, int) and 0 < value <= most for value in held.values()
        )
        if not good:
            raise self._wrong(name, f"the sizes {', '.join(sorted(wanted))} of these weights")
        return kind(**held)


def _is_vector(value: Tensor, size: int) -> bool:
    floats = value.dtype in (torch.float32, torch.float64)
    return floats and value.shape == (size,) and bool(value.isfinite().all())


def _largest(weights: Mapping[str, Tensor]) -> int:
    """No size and no number of layers is more: each has a weight of its own."""
    return max([len(weights), *(size for value in weights.values() for size in value.shape)])


def built(
    build: Callable[[], Network], weights: Mapping[str, Tensor], path: str | Path, what: str
) -> Network:
    """A network with a file's weights, in evaluation mode.

    Whether they fit is found out before any room is made for the network, since a file may claim
    any size. Torch's random state stays as it was.

    Args:
        build: makes the network.
        weights: its state dict.
        path: of the file. what: the network, for the message.

    Raises:
        UserError: the weights are another network's, or one of other sizes.
    """
    try:
        with torch.random.fork_rng(devices=[]):  # new weights draw, and are then replaced
            with torch.device("meta"), warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # that nothing is copied
                build().load_state_dict(weights)
            network = build()
        network.load_state_dict(weights)
    except (*DAMAGE, ArithmeticError) as error:
        raise UserError(
            f"The weights in {path} do not fit the {what} ({reason_of(error)})."
        ) from error
    return network.eval()
