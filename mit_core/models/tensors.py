"""Files of tensors. Of those that a stranger may have made no code of theirs runs."""

import inspect
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from mit_core.errors import UserError
from mit_core.files import written_whole
from mit_core.unpickling import CONTAINERS, DAMAGE, NUMPY, ElementType, Numbers, Refused

_PREFIX = "module."
"""Put before every key by torch's DataParallel."""


class Unread:
    """Stands where a file keeps an optimiser: nothing of it is built or kept."""

    def __new__(cls, *_: Any) -> "Unread":
        return super().__new__(cls)

    def __init__(self, *_: Any):
        pass

    def __setstate__(self, state: Any) -> None:
        pass


def _named() -> list[Any]:
    """What torch's restricted unpickler may meet beside tensors, each under its name in files."""
    optimisers = [
        f"{kind.__module__}.{kind.__name__}"
        for kind in vars(torch.optim).values()
        if inspect.isclass(kind) and issubclass(kind, torch.optim.Optimizer)
    ]
    # state dicts are OrderedDicts whose own attributes torch restores
    plain = {**NUMPY, **CONTAINERS}
    del plain["collections.OrderedDict"]
    return [
        *((made, name) for name, made in plain.items()),
        *((Unread, name) for name in optimisers),
        # the types that torch lets a file fill; by these names no file asks for them
        *((kind, f"{kind.__module__}.{kind.__name__}") for kind in (ElementType, Numbers)),
    ]


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
        with torch.serialization.safe_globals(_named()):
            content = torch.load(path, map_location="cpu", weights_only=True)
    except DAMAGE as error:
        asked = _asked(error)
        if asked:
            raise UserError(
                f"{path} asks for {asked}, which is more than tensors and plain values; it is "
                "refused, since reading it could run a stranger's code. Save its state_dict alone, "
                "or give another file."
            ) from error
        why = (str(error).splitlines() or ["the file ends too early"])[0]
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


def _asked(error: BaseException) -> str:
    """The name that an unpickler refused; "" where the file is merely damaged."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, Refused):
            return str(cause)
        found = re.search(r"GLOBAL (\S+)|unrecognized function (.+)|but got (.+)", str(cause))
        if found:
            return next(group for group in found.groups() if group).split(" whose ")[0].rstrip(".")
        cause = cause.__cause__ or cause.__context__
    return ""


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
        held = ", ".join(sorted(map(str, content))) or "nothing"
        raise UserError(f"{path} holds no {what}: it has no entry '{entry}' (it has: {held}).")
    if not isinstance(weights, Mapping) or not all(
        isinstance(key, str) and isinstance(value, torch.Tensor) for key, value in weights.items()
    ):
        raise UserError(f"{path}: the entry '{entry}' is no state dict of the {what}.")
    return {key.removeprefix(_PREFIX): value for key, value in weights.items()}
