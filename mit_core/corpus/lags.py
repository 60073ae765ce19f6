"""The table of audio-video lags: one row a segment, made before the corpus is laid out."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from mit_core.arrays import read_arrays
from mit_core.corpus.agreement import Lag
from mit_core.corpus.layout import REGISTERED, SPEECH, results_of
from mit_core.corpus.shards import Item, read_index
from mit_core.corpus.sync import Piece, find_lags
from mit_core.errors import DamagedError
from mit_core.faces.mouth import mouth_opening
from mit_core.faces.points import as_points
from mit_core.files import read_table, written_whole
from mit_core.sequences import FEATURE_HZ, Sequences

Array = npt.NDArray[np.floating]
Part = TypeVar("Part")

COLUMNS = ("segment", "speaker", "lag_s", "correlation_before", "correlation_after", "applied")

LONG_CLIP = 20.0
"""Seconds from which a clip tells its own lag; shorter clips of one speaker are taken together."""
LISTENED = 60.0
"""Seconds of a unit that are listened to, spread over all of it; more does not tell more."""
_FEWEST_CLIPS = 5
"""Of the only speaker, before they are compared with one another."""

_JAW, _UPPER, _LOWER = (6, 7, 8, 9, 10), (50, 51, 52, 61, 62, 63), (56, 57, 58, 65, 66, 67)


@dataclass(frozen=True)
class Segment:
    """A segment of footage that may be looked at.

    Attributes:
        name: segment id.
        clip, speaker: whose it is.
        seconds: its length.
        read: gives its mel (T, 80) and registered landmarks (T, 204).
    """

    name: str
    clip: str
    speaker: str
    seconds: float
    read: Callable[[], tuple[Array, Array]]


def write_lags(indices: Sequence[Path], output: Path) -> None:
    """Estimate the lag of every usable segment and write them as TSV.

    ``lag_s``: how much later it is heard than seen, in seconds, relative to most of the corpus;
    ``correlation_before`` and ``correlation_after``: of true lip motion and the motion predicted
    from the sound, without and with that lag taken away; ``applied``: yes where the evidence is
    clear, no where the segment stays as it is. With one speaker of fewer than five clips all stay.

    All splits are aligned, as all are detected and registered: a held-out clip's lag follows from
    what the other speakers' footage sounds like, and tells nothing about how to predict it.

    Args:
        indices: the speech stage's index of every shard (they carry every stage's products).
        output: the table.
    """
    segments = read_segments(indices)
    lags = lags_of(segments)
    with written_whole(output) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(COLUMNS)
        for segment in segments:
            writer.writerow([segment.name, segment.speaker, *_cells(lags.get(segment.name))])


def read_shifts(path: Path) -> dict[str, int]:
    """Segment id -> frames (62.5 Hz) to show it later by, of a table of ``write_lags``."""
    _, rows = read_table(path, ("segment", "lag_s", "applied"))
    return {row["segment"]: _shift(row["lag_s"], path) for row in rows if row["applied"] == "yes"}


def _shift(seconds: str, path: Path) -> int:
    try:
        return round(float(seconds) * FEATURE_HZ)
    except (ValueError, OverflowError):
        raise DamagedError(
            f"{path}: the lag {seconds[:40]!r} is no number of seconds. Delete the file and run "
            "again to write it anew."
        ) from None


def read_segments(indices: Sequence[Path]) -> list[Segment]:
    """The usable segments of the speech stage's indices; arrays are read when asked for."""
    results = results_of(indices[0])
    items = [item for index in sorted(indices) for item in read_index(index) if item.usable]
    return [_segment(item, results) for item in sorted(items, key=lambda item: item.id)]


def lags_of(segments: Iterable[Segment]) -> dict[str, Lag]:
    """Each segment's lag, by name; that of its clip, or of its speaker's short clips together.

    With one speaker alone clips have lags of their own, relative to that speaker's other clips:
    of 119 clips of 3 s that are in time 4 are moved, by 48 to 64 ms, and four in five that are
    80 to 160 ms off are moved back.

    None for segments that are too short to look at.
    """
    units: dict[str, list[Segment]] = {}
    segments = list(segments)
    one_voice = _is_one_voice(segments)
    lengths: dict[str, float] = {}
    for segment in segments:
        lengths[segment.clip] = lengths.get(segment.clip, 0.0) + segment.seconds
    for segment in segments:
        alone = one_voice or lengths[segment.clip] >= LONG_CLIP
        unit = f"clip {segment.clip}" if alone else f"speaker {segment.speaker}"
        units.setdefault(unit, []).append(segment)
    pieces = []
    for unit, its in units.items():
        for segment in listened_to(its, lambda segment: segment.seconds):
            mel, landmarks = segment.read()
            length = min(len(mel), len(landmarks), round(LISTENED * FEATURE_HZ))
            group = segment.clip if one_voice else segment.speaker
            pieces.append(Piece(mel[:length], lip_motion(landmarks[:length]), unit, group))
    lags = find_lags(pieces)
    return {s.name: lags[unit] for unit, its in units.items() if unit in lags for s in its}


def listened_to(parts: Sequence[Part], seconds: Callable[[Part], float]) -> list[Part]:
    """A minute's worth of a unit's parts, spread over all of it."""
    step = max(1.0, sum(map(seconds, parts)) / LISTENED)
    return [parts[place] for place in np.unique(np.arange(0, len(parts), step).astype(int))]


def lip_motion(landmarks: Array) -> npt.NDArray[np.float64]:
    """Signals that follow the lips: opening, width, height of chin and of both lips.

    Args:
        landmarks: shape = (T, 204), registered, face units.

    Returns:
        shape = (T, 5).
    """
    points = as_points(np.asarray(landmarks, np.float64))
    return np.stack(
        [
            mouth_opening(points),
            np.linalg.norm(points[:, 54] - points[:, 48], axis=1),
            *(points[:, list(part), 1].mean(axis=1) for part in (_JAW, _LOWER, _UPPER)),
        ],
        axis=1,
    )


def segments_of(*splits: Sequences) -> list[Segment]:
    """The sequences of splits as segments, each a clip of its own."""

    def reader(split: Sequences, index: int) -> Callable[[], tuple[Array, Array]]:
        span = split.span(index)
        return lambda: (np.asarray(split.features[span]), np.asarray(split.landmarks[span]))

    return [
        Segment(
            name,
            name,
            split.speakers[index],
            float(split.offsets[index + 1] - split.offsets[index]) / FEATURE_HZ,
            reader(split, index),
        )
        for split in splits
        for index, name in enumerate(split.names)
    ]


def _is_one_voice(segments: Sequence[Segment]) -> bool:
    """Whether the clips of the only speaker are to be compared with one another."""
    voices, clips = {s.speaker for s in segments}, {s.clip for s in segments}
    return len(voices) == 1 and len(clips) >= _FEWEST_CLIPS


def _segment(item: Item, results: Path) -> Segment:
    def read() -> tuple[Array, Array]:
        speech = read_arrays(results / item.data["speech"] / SPEECH, ("mel",))
        registered = read_arrays(results / item.data["registered"] / REGISTERED, ("landmarks",))
        return speech["mel"], registered["landmarks"]

    return Segment(item.id, item.clip, item.speaker, item.seconds, read)


def _cells(lag: Lag | None) -> tuple[str, str, str, str]:
    if lag is None or not np.isfinite(lag.r_before):
        return "0", "nan", "nan", "no"
    applied = "yes" if lag.clear else "no"
    return f"{lag.seconds:.3f}", f"{lag.r_before:.3f}", f"{lag.r_after:.3f}", applied
