"""The section on how good the landmarks in use are."""

import math
from collections.abc import Sequence
from pathlib import Path

from mit_core.report.sections import Section, Table
from mit_core.report.tables import Row, number, read_rows

# Column of the table of segments -> its name with unit, decimals, and whether more is worse.
_MEASURES = {
    "detected": ("frames with a face, %", 0, False),
    "confidence": ("detector's confidence, 0 to 1", 2, False),
    "jitter": ("jitter, % of the outer-eye distance", 2, True),
    "turned": ("frames turned aside by more than 30 degrees, %", 0, True),
    "face_pixels": ("size of the face, pixels", 0, False),
}


def landmarks(segments: Path) -> Section:
    """Over all segments in use: the middle one, the worst twentieth, and the worst.

    No rows where the table of segments does not tell, as that of a corpus imported from pickles.
    """
    _, rows = read_rows(segments)
    cells = []
    for measure, (name, decimals, more_is_worse) in _MEASURES.items():
        told = [
            (value, row["segment"]) for row in rows if math.isfinite(value := _of(row, measure))
        ]
        if told:
            told.sort(reverse=more_is_worse)
            cells.append([name, *_spread([value for value, _ in told], decimals), told[0][1]])
    header = ["", "middle", "worst twentieth", "worst", "in segment"]
    return Section(Table(header, cells, [False, True, True, True, False]))


def _of(row: Row, measure: str) -> float:
    """A measure of a segment; NaN where it is not told."""
    if measure == "detected":
        frames = number(row.get("frames", ""))
        return 100 * number(row.get("detected_frames", "")) / frames if frames else math.nan
    value = number(row.get(measure, ""))
    return 100 * value if measure == "turned" else value


def _spread(values: Sequence[float], decimals: int) -> list[str]:
    """Of values from the worst to the best: the middle, the worst twentieth, the worst."""
    places = (len(values) // 2, len(values) // 20, 0)
    return [f"{values[place]:,.{decimals}f}" for place in places]
