"""Held-out clips drawn again with each predictor's face, beside the recording.

The head moves as it truly did and the portrait is a frame of the clip itself, so that what differs
is the face alone, and ``truth`` (the filmed landmarks, drawn by the same renderer) is the most that
any predictor can reach.
"""

import logging
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mit_core.errors import UserError
from mit_core.evaluation.clip_choice import choose_clips, evenly
from mit_core.evaluation.jury import ClipJury, Jury, TalkMeasures
from mit_core.evaluation.stage import Stage, set_stage
from mit_core.evaluation.tables import write_table
from mit_core.evaluation.talkers import PREDICTION, Talker
from mit_core.evaluation.talking_videos import LANDMARKS, RECORDING, ClipVideos, drawn_lines
from mit_core.faces.registration import Settings as Registration
from mit_core.files import write_json
from mit_core.models.translation_checkpoint import TranslationCheckpoint
from mit_core.progress import told
from mit_core.rendering.renderer import open_renderer
from mit_core.training.footage import Footage
from mit_core.training.hardware import limited_threads

log = logging.getLogger(__name__)

MEASURES = tuple(measure.name for measure in fields(TalkMeasures))
COLUMNS = ("predictor", *MEASURES, "clips")
CLIP_COLUMNS = ("predictor", "clip", "speaker", "frames", *MEASURES)

_LAG = "best_lag"
_LISTENED = ("lse_c", "lse_d")


@dataclass(frozen=True)
class TalkSettings:
    """How held-out clips are drawn again.

    Attributes:
        clips: so many are drawn at most, spread evenly over speakers.
        videos: of so many of them videos are kept.
        renderer: see ``open_renderer``. network: of a renderer that draws with one.
        registration: of the corpus, for the head's pose.
        later: clip -> feature frames by which the corpus shows it later than it was filmed.
        most_frames: longer clips end there, frames at 25 fps.
        device: of networks that draw.
    """

    clips: int = 8
    videos: int = 2
    renderer: str = "mesh_warp"
    network: TranslationCheckpoint | None = None
    registration: Registration = Registration()  # noqa: RUF009 (frozen)
    later: Mapping[str, int] = field(default_factory=dict)
    most_frames: int = 100
    device: str = "cpu"


def write_talking(
    footage: Footage,
    talkers: Mapping[str, Talker],
    names: Sequence[str],
    jury: Jury,
    settings: TalkSettings,
    *,
    table: Path,
    clips: Path,
    index: Path,
    videos: Path,
    threads: int = 1,
) -> None:
    """Draw held-out clips with each predictor's face, measure them, and keep some as videos.

    Args:
        footage: held-out clips with their videos; may be empty.
        talkers: predictors by their name in the table, see ``open_talkers``.
        names: the clips that predictors know by number; others of the footage are passed over.
        jury: who judges. settings: see ``TalkSettings``.
        table: TSV to write, COLUMNS: a row a predictor, see ``summary``; first ``recording``,
            the recording itself, which tells what the judges can see. Without SyncNet ``lse_c`` and
            ``lse_d`` are left out of both tables.
        clips: TSV to write, CLIP_COLUMNS: a row a predictor and clip.
        index: JSON to write: a list of clips, each with title, caption and videos (title, and file
            relative to the index).
        videos: folder to fill, ``{clip}/{predictor}.mp4``; what it held before is removed.
        threads: clips that are worked on at once.
    """
    number_of = {name: number for number, name in enumerate(names)}
    known = [place for place, name in enumerate(footage.names) if name in number_of]
    chosen = [known[k] for k in choose_clips([footage.speakers[i] for i in known], settings.clips)]
    if not chosen:
        log.warning("no clip is held out for testing: nothing is drawn")
    shown = {chosen[k] for k in evenly(len(chosen), settings.videos)}
    shutil.rmtree(videos, ignore_errors=True)
    videos.mkdir(parents=True)

    def work(place: int) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
        name = footage.names[place]
        folder = videos / name if place in shown else None
        try:
            stage = set_stage(
                footage,
                place,
                later=settings.later.get(name, 0),
                most_frames=settings.most_frames,
                registration=settings.registration,
            )
            return _work_clip(stage, number_of[name], talkers, jury, settings, folder, index)
        except UserError as error:  # a face too small, a damaged video: the others still count
            log.warning("%s is not measured: %s", name, error)
            return [], None

    with limited_threads(1), ThreadPoolExecutor(threads) as pool:
        working = pool.map(work, chosen)
        done = list(told(working, "drawing held-out clips", "clips", total=len(chosen)))
    measured = pd.DataFrame([row for rows, _ in done for row in rows], columns=list(CLIP_COLUMNS))
    means = summary(measured, [RECORDING, *talkers])
    unheard = [] if jury.lips is not None else list(_LISTENED)
    write_table(measured.drop(columns=unheard), clips)
    write_table(means.drop(columns=unheard), table)
    write_json(index, [group for _, group in done if group is not None])


def summary(measured: pd.DataFrame, predictors: Sequence[str]) -> pd.DataFrame:
    """Means over clips, those that cannot tell left out; of lags the median, where half tell one.

    Args:
        measured: CLIP_COLUMNS.
        predictors: in the order of the rows; those of which nothing was measured have none.

    Returns:
        COLUMNS.
    """
    rows = []
    for predictor in predictors:
        mine = measured[measured["predictor"] == predictor]
        if mine.empty:
            continue
        means = mine[list(MEASURES)].mean().to_dict()
        # a lag far off tells nothing of the others, nor does one that few clips tell
        lags = mine[_LAG].dropna()
        means[_LAG] = lags.median() if 2 * len(lags) >= len(mine) else float("nan")
        rows.append({"predictor": predictor, **means, "clips": len(mine)})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _work_clip(
    stage: Stage,
    number: int,
    talkers: Mapping[str, Talker],
    jury: Jury,
    settings: TalkSettings,
    folder: Path | None,
    index: Path,
) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """A clip's rows and, where a folder is given for its videos, its entry in the index."""
    source = stage.source
    renderer = open_renderer(
        settings.renderer,
        stage.frames[source],
        stage.landmarks[source],
        settings.network,
        device=settings.device,
    )
    judges = ClipJury(jury, stage)
    films = None if folder is None else ClipVideos(stage, folder)
    placed = {name: stage.placed(talker(number)) for name, talker in talkers.items()}
    if films is not None:
        films.add(RECORDING, stage.frames, synthetic=False)
        if PREDICTION in placed:
            films.add(LANDMARKS, drawn_lines(stage, placed[PREDICTION]))
    rows = [_row(RECORDING, stage, judges.judge(stage.frames))]
    for name, landmarks in placed.items():
        frames: npt.NDArray[np.uint8] = np.stack(list(renderer.frames(landmarks)))
        rows.append(_row(name, stage, judges.judge(frames)))
        if films is not None:
            films.add(name, frames)
    return rows, None if films is None else films.group(index)


def _row(name: str, stage: Stage, measures: TalkMeasures) -> dict[str, Any]:
    return {
        "predictor": name,
        "clip": stage.name,
        "speaker": stage.speaker,
        "frames": len(stage.frames),
        **asdict(measures),
    }
