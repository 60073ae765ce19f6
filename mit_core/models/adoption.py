"""The published checkpoints and constants, as checkpoints of this project."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from torch import Tensor

from mit_core.errors import UserError
from mit_core.faces.mouth import close_mouth
from mit_core.models.autovc import AutoVC
from mit_core.models.autovc_checkpoint import AutoVCCheckpoint, is_autovc, load_autovc
from mit_core.models.checkpoint import ContentCheckpoint, FeatureScaling
from mit_core.models.constants import PublishedConstants, read_constants
from mit_core.models.content import ContentBranch
from mit_core.models.published import fill, published_file, read_published
from mit_core.models.speaker_aware import SpeakerAware
from mit_core.models.speaker_checkpoint import SpeakerCheckpoint
from mit_core.models.voice_target import voice_named

Array = npt.NDArray[np.float32]

ADOPTED = {"adopted": "MakeItTalk"}
"""Settings of a checkpoint that was not trained here."""

_PREDICT_FRAME = 0
"""The published networks predict the first frame of their window."""
_STRETCH = 512
"""Windows that the published inference gives its attention at once."""
_DEPTH = 0.1
"""Of the standard face's depth, which the published inference gives to every portrait."""


def adopt_published(
    checkpoints: Path, constants: Path, content: Path, speaker: Path, autovc: Path
) -> None:
    """Write our three checkpoint files from the published ones.

    Args:
        checkpoints: folder of ``ckpt_content_branch.pth``, ``ckpt_speaker_branch.pth`` and
            ``ckpt_autovc.pth``.
        constants: folder of the published code's text files of constants.
        content, speaker, autovc: where our files go.

    Raises:
        UserError: a file is missing or is not what it should be; nothing is written then.
    """
    known = read_constants(constants)
    path = published_file(checkpoints, "autovc")
    converter = _autovc(path, read_published("autovc", path), "obama_emb.txt", known.target)
    feature = f"autovc:{converter.digest}"
    talking = _content(published_file(checkpoints, "content"), known, feature)
    moving = _speaker(published_file(checkpoints, "speaker"), known, feature)
    converter.save(autovc)
    talking.save(content)
    moving.save(speaker)


def adopt_autovc(checkpoint: Path, target: str | None, output: Path) -> None:
    """Write a user's AutoVC, ours or the published one, as our checkpoint with its target voice.

    Args:
        checkpoint: a ``best.pt`` of ours, or the published ``ckpt_autovc.pth``.
        target: a training speaker's name or an embedding's file; None keeps our checkpoint's own.
        output: where our file goes.

    Raises:
        UserError: no AutoVC in the file, no such target, or none for the published network, which
            knows no speaker by name.
    """
    if is_autovc(checkpoint):
        load_autovc(checkpoint).aimed_at(target).save(output)
        return
    weights = read_published("autovc", checkpoint)
    if target is None:
        raise UserError(
            f"autovc.target is missing: {checkpoint} knows no speaker by name. Give the file of an "
            "embedding (.npy or .txt, 256 numbers), such as the published obama_emb.txt."
        )
    name, embedding = voice_named(target, {}, "autovc.target")
    _autovc(checkpoint, weights, name, embedding).save(output)


def _autovc(
    path: Path, weights: Mapping[str, Tensor], target_name: str, target: Array
) -> AutoVCCheckpoint:
    model = AutoVC()
    fill(model, weights, path)
    return AutoVCCheckpoint(
        model=model.eval(),
        mean=np.zeros(model.dims.bands, np.float32),
        std=np.ones(model.dims.bands, np.float32),
        target=target,
        target_name=target_name,
        settings=ADOPTED,
    )


def _content(path: Path, known: PublishedConstants, feature: str) -> ContentCheckpoint:
    model = ContentBranch()
    fill(model, read_published("content", path), path)
    face = _flat_face(known)
    return ContentCheckpoint(
        model=model.eval(),
        scaling=FeatureScaling(known.mean, known.std),
        predict_frame=_PREDICT_FRAME,
        base="closed",
        mean_face=face,
        rest_face=close_mouth(face, 1.0, 1.0),
        feature=feature,
        settings=ADOPTED,
    )


def _speaker(path: Path, known: PublishedConstants, feature: str) -> SpeakerCheckpoint:
    model = SpeakerAware()
    fill(model, read_published("speaker", path), path)
    return SpeakerCheckpoint(
        model=model.eval(),
        scaling=FeatureScaling(known.mean, known.std),
        predict_frame=_PREDICT_FRAME,
        stretch=_STRETCH,
        noise="none",
        mean_face=_flat_face(known),
        feature=feature,
        settings=ADOPTED,
    )


def _flat_face(known: PublishedConstants) -> np.ndarray:
    return (known.standard_face * np.array([1, 1, _DEPTH], np.float32)).ravel()
