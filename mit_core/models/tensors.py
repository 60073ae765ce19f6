"""Reading files of tensors that a stranger may have made: no code of theirs runs."""

import collections
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from mit_core.errors import UserError

# Published files keep whole optimiser objects beside the tensors; read so, they are inert data.
_KNOWN: list[Any] = [torch.optim.Adam, collections.defaultdict, dict]

# torch's restricted unpickler meets damaged bytes with whichever of these they provoke.
_DAMAGE = (
    pickle.UnpicklingError,
    RuntimeError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
)


def read_tensors(path: str | Path) -> Mapping[str, Any]:
    """Read the named entries of a file that ``torch.save`` wrote, onto the CPU.

    Raises:
        UserError: no such file, a damaged one, or one that holds more than tensors, plain values
            and Adam optimisers.
    """
    if not Path(path).is_file():
        raise UserError(f"The checkpoint {path} does not exist: check the path.")
    try:
        with torch.serialization.safe_globals(_KNOWN):
            content = torch.load(path, map_location="cpu", weights_only=True)
    except _DAMAGE as error:
        why = (str(error).splitlines() or ["the file ends too early"])[0]
        raise UserError(
            f"{path} cannot be read as a checkpoint: it is damaged, or holds more than tensors and "
            f"plain values ({why}). Give another file, or delete this one if training wrote it."
        ) from error
    if not isinstance(content, Mapping):
        raise UserError(f"{path} holds no named entries, so it is not a checkpoint.")
    return content
