"""The four checkpoint files of the published MakeItTalk (Zhou et al. 2020), read and written."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from mit_core.errors import UserError, reason_of
from mit_core.files import written_whole
from mit_core.models.published_names import AUTOVC, CONTENT, SPEAKER, TRANSLATION
from mit_core.models.tensors import read_tensors, weights_in

Kind = Literal["content", "speaker", "translation", "autovc"]


class PublishedFile(NamedTuple):
    """One published checkpoint file.

    Attributes:
        name: as it is downloaded.
        entry: under which its state dict lies.
        ignored: first parts of keys that no published network uses.
        what: the network, in words.
    """

    name: str
    entry: str
    ignored: tuple[str, ...]
    what: str


PUBLISHED: Mapping[Kind, PublishedFile] = {
    "content": PublishedFile(CONTENT, "model_g_face_id", (), "content branch"),
    "speaker": PublishedFile(SPEAKER, "G", ("comb_mlp.",), "speaker-aware branch"),
    "translation": PublishedFile(TRANSLATION, "G", (), "image-to-image translation network"),
    "autovc": PublishedFile(AUTOVC, "model", (), "AutoVC generator"),
}


def published_file(folder: str | Path, kind: Kind) -> Path:
    """Path of a published checkpoint in the folder that a user keeps them in.

    Raises:
        UserError: it is not there.
    """
    path = Path(folder) / PUBLISHED[kind].name
    if not path.is_file():
        raise UserError(
            f"published.checkpoints: {folder} holds no {PUBLISHED[kind].name} (the "
            f"{PUBLISHED[kind].what}): put the published file there, or give the folder it is in."
        )
    return path


def read_published(kind: Kind, path: str | Path) -> dict[str, Tensor]:
    """State dict of a published checkpoint, ready for ``load_state_dict``.

    ``module.`` is taken off its keys, entries that no network uses are left out, and whatever else
    lies in the file beside it (an epoch, optimisers) is passed over.

    Raises:
        UserError: the file cannot be read, or holds another network.
    """
    file = PUBLISHED[kind]
    weights = weights_in(read_tensors(path), file.entry, path, file.what)
    return {key: value for key, value in weights.items() if not key.startswith(file.ignored)}


def write_published(kind: Kind, weights: Mapping[str, Tensor], path: str | Path) -> None:
    """Write a state dict as the published code reads it, whole or not at all.

    In torch's older format, which every version reads.
    """
    plain = {key: value.detach().cpu().contiguous().clone() for key, value in weights.items()}
    with written_whole(path) as part:
        torch.save({PUBLISHED[kind].entry: plain}, part, _use_new_zipfile_serialization=False)


def fill(model: torch.nn.Module, weights: Mapping[str, Tensor], path: str | Path) -> None:
    """Fill a network with a file's weights.

    Raises:
        UserError: they are another network's, or one of other sizes.
    """
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        raise UserError(
            f"The weights in {path} do not fit the {type(model).__name__} ({reason_of(error)})."
        ) from error
