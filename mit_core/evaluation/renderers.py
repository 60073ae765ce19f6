"""The ways to draw a talking face side by side, on clips that none of them learned from."""

import logging
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
import pandas as pd

from mit_core.errors import UserError
from mit_core.evaluation.driven import DrivenClip, drive_clip, makers
from mit_core.evaluation.driven_sheet import driven_sheet
from mit_core.evaluation.pictures import PictureMeasures, measure_pictures
from mit_core.faces.identity import FaceIdentity
from mit_core.media.image import write_image
from mit_core.models.translation_checkpoint import load_translation
from mit_core.progress import told
from mit_core.training.footage import Footage
from mit_core.training.hardware import limited_threads

log = logging.getLogger(__name__)

MEASURES = (*(field.name for field in fields(PictureMeasures)), "identity")
COLUMNS = ("renderer", "clip", "speaker", "frames", *MEASURES)
_LOWER_IS_BETTER = ("identity",)
_BEST_AT_ONE = ("sharpness", "mouth_sharpness")
ALL = "all"
"""Clip of the rows that hold means over clips."""

_IDENTITY_FRAMES = 4
"""Of a clip: an embedding takes ten times as long as all other measures of a frame."""


def evaluate_renderers(
    footage: Footage,
    checkpoints: Mapping[str, str | Path],
    *,
    size: int = 128,
    most_clips: int | None = None,
    most_frames: int = 75,
    sheets: Path | None = None,
    threads: int = 1,
    device: str = "cpu",
) -> pd.DataFrame:
    """Draw held-out clips by their *true* landmarks, and measure how near each renderer comes.

    What is compared is the face crop; the clip's own rest frame (``source_frame``) is the portrait,
    and is not itself measured.

    Args:
        footage: clips, none of which the checkpoints learned from.
        checkpoints: paths of ``TranslationCheckpoint`` files by the renderer's name in the table.
        size: pixels a side of the crop.
        most_clips: so many clips are measured, evenly spaced; None for all.
        most_frames: likewise of each clip's frames.
        sheets: folder for a picture of each clip, ``<clip>.png``; None writes none.
        threads, device: what networks run on.

    Returns:
        Columns COLUMNS: for each renderer (``still``, ``mesh_warp`` and the checkpoints) a row of
        means over clips (clip ``all``), and below these a row for each clip. ``identity`` is the
        Euclidean distance of dlib's face embedding from that of the true frame; 0.6 is another
        person. A clip that cannot be drawn is left out with a warning; no row where nothing is
        held out.

    Raises:
        UserError: a wrong checkpoint.
    """
    clips = [i for i in range(len(footage)) if len(footage.clip(i)) > 1]
    if not clips:
        log.warning("no clip is held out for testing: nothing is measured")
        return pd.DataFrame(columns=list(COLUMNS))
    if most_clips is not None and len(clips) > most_clips:
        clips = [clips[i] for i in np.linspace(0, len(clips) - 1, most_clips).round().astype(int)]
    loaded = {name: load_translation(path) for name, path in checkpoints.items()}
    renderers = makers(loaded, threads, device)
    identity = FaceIdentity()
    rows = []
    with limited_threads(threads):
        for index in told(clips, "measuring the renderers", "clips"):
            try:
                driven = drive_clip(footage, index, renderers, size, most_frames)
            except UserError as error:  # a face too small, a damaged video: the others still count
                log.warning("%s is not measured: %s", footage.names[index], error)
                continue
            rows += _rows(driven, identity)
            if sheets is not None:
                write_image(sheets / f"{driven.name}.png", driven_sheet(driven))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    if table.empty:
        return table
    groups = table.groupby("renderer", sort=False)
    means = groups[["frames", *MEASURES]].mean().reset_index()
    means["frames"] = groups["frames"].sum().to_numpy()
    means.insert(1, "clip", ALL)
    means.insert(2, "speaker", ALL)
    return pd.concat([means, table], ignore_index=True)


def compare(table: pd.DataFrame, renderer: str, other: str) -> pd.DataFrame:
    """What one renderer gains over another, clip by clip.

    Args:
        table: of ``evaluate_renderers``.
        renderer, other: names in its column ``renderer``.

    Returns:
        A row a measure: ``measure``, ``gain`` (mean over clips of what the renderer is better by,
        above 0 whichever way the measure points; in the measure's unit, and for sharpness in how
        much nearer it comes to the truth's, as a logarithm, since too much of it is a fault,
        too), ``worst_gain`` and ``worst_clip`` (where it gains least), ``better`` (clips on which
        it is better) and ``clips``.
    """
    one, two = (
        table[(table["renderer"] == name) & (table["clip"] != ALL)].set_index("clip")
        for name in (renderer, other)
    )
    rows = []
    for measure in MEASURES:
        gains = _worth(measure, one[measure]) - _worth(measure, two[measure])
        rows.append(
            {
                "measure": measure,
                "gain": gains.mean(),
                "worst_gain": gains.min(),
                "worst_clip": gains.idxmin() if len(gains) else "",
                "better": int((gains > 0).sum()),
                "clips": len(gains),
            }
        )
    return pd.DataFrame(rows)


def _worth(measure: str, values: pd.Series) -> pd.Series:
    """Values of a measure turned so that more is better."""
    if measure in _BEST_AT_ONE:
        return -np.log(values).abs()
    return -values if measure in _LOWER_IS_BETTER else values


def _rows(driven: DrivenClip, identity: FaceIdentity) -> list[dict[str, object]]:
    count = len(driven.truth)
    seen = np.unique(np.linspace(0, count - 1, min(count, _IDENTITY_FRAMES)).round().astype(int))
    true = [identity.embed(driven.truth[i], driven.landmarks[i]) for i in seen]
    rows: list[dict[str, object]] = []
    for name, frames in driven.drawn.items():
        apart = [
            np.linalg.norm(identity.embed(frames[i], driven.landmarks[i]) - embedding)
            for i, embedding in zip(seen, true, strict=True)
        ]
        measures = measure_pictures(frames, driven.truth, driven.landmarks)
        rows.append(
            {
                "renderer": name,
                "clip": driven.name,
                "speaker": driven.speaker,
                "frames": count,
                **asdict(measures),
                "identity": float(np.mean(apart)),
            }
        )
    return rows
