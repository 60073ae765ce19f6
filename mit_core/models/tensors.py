"""Files of tensors. Of those that a stranger may have made no code of theirs runs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from mit_core.errors import UserError, reason_of
from mit_core.files import written_whole
from mit_core.models.tensor_files import read_torch
from mit_core.plain_data import Refused
from mit_core.unpickling import DAMAGE

_PREFIX = "module."
"""Put before every key by torch's DataParallel."""


def read_tensors(path: str | Path) -> Mapping[str, Any]:
    """Read the named entries of a file that ``torch.save`` wrote, onto the CPU.

    Both of torch's formats are read, the zip of today and the older one. Tensors, numbers, text,
    numpy arrays and containers come back; an optimiser comes back empty; whatever else a file asks
    for is refused.

    Raises:
        UserError: no such file, a damaged one, or one that holds more than that.
    """
    if not Path(path).is_file():
        raise UserError(f"The checkpoint {path} does not exist: check the path.")
    try:
        content = read_torch(path)
    except Refused as error:
        raise UserError(
            f"{path} asks for {error}, which is more than tensors and plain values; it is "
            "refused, since reading it could run a stranger's code. Save its state_dict alone, "
            "or give another file."
        ) from error
    except DAMAGE as error:
        why = reason_of(error, "the file ends too early")
        raise UserError(
            f"{path} cannot be read as a checkpoint: it is damaged or of another kind ({why}). "
            "Give another file, or delete this one if training wrote it."
        ) from error
    if not isinstance(content, Mapping):
        raise UserError(f"{path} holds no named entries, so it is not a checkpoint.")
    return content


def write_tensors(path: str | Path, content: Mapping[str, Any]) -> None:
    """Write named entries by ``torch.save``, whole or not at all.

    Equal entries give equal bytes: a file whose name torch is told holds that name.
    """
    with written_whole(path) as part, part.open("wb") as file:
        torch.save(dict(content), file)


def weights_in(
    content: Mapping[str, Any], entry: str, path: str | Path, what: str
) -> dict[str, torch.Tensor]:
    """The state dict under ``entry`` of a file that ``read_tensors`` read.

    The ``module.`` that several-GPU training puts before every key is taken off.

    Args:
        content: the file's named entries.
        entry: name of the state dict.
        path: of the file, for the message.
        what: which network it should be, for the message.

    Raises:
        UserError: no such entry, or one that is no state dict.
    """
    weights = content.get(entry)
    if weights is None:
        held = ", ".join(sorted(map(str, content)))[:300] or "nothing"
        raise UserError(f"{path} holds no {what}: it has no entry '{entry}' (it has: {held}).")
    if not isinstance(weights, Mapping) or not all(
        isinstance(key, str) and isinstance(value, torch.Tensor) for key, value in weights.items()
    ):
        raise UserError(f"{path}: the entry '{entry}' is no state dict of the {what}.")
    return {key.removeprefix(_PREFIX): value for key, value in weights.items()}
