"""The table of synchrony: one row a segment, and why some are left out."""

import csv
import shlex
from collections.abc import Sequence
from pathlib import Path

from mit_core.corpus.lags import read_segments, read_shifts
from mit_core.corpus.matching import REACH
from mit_core.corpus.shards import Item, read_index
from mit_core.corpus.synchrony import OUT_OF_SYNC, REJECTED, UNCLEAR, Finding, find_synchrony
from mit_core.files import read_table, written_whole
from mit_core.sequences import FEATURE_HZ

COLUMNS = (
    *("segment", "clip", "speaker", "judged", "seconds", "offset_s", "correlation"),
    *("belonging", "expected", "verdict", "reason"),
)
_KEEP = "or set corpus.check_sync to false to keep it"


def write_sync(indices: Sequence[Path], output: Path, *, lags: Path | None = None) -> None:
    """Judge whether lips and sound of every usable segment's clip belong together; write it as TSV.

    ``judged``: clip, or speaker where all short clips of one are off; ``seconds`` that were
    listened to; ``offset_s``: how much later it is heard than seen, the best guess, and the
    ``correlation`` of true and predicted lip motion there; ``belonging``: how much better the lips
    follow this sound than others, in standard deviations; ``expected``: what clips like it reach
    at least; ``verdict``: in_sync, unclear (the footage cannot tell), out_of_sync or dubbed; and
    for the last two a ``reason``.

    Args:
        indices: the speech stage's index of every shard (they carry every stage's products).
        output: the table.
        lags: the table of lags (``lags.write_lags``) that the clips are moved by; None for none.
    """
    items = {item.id: item for index in indices for item in read_index(index) if item.usable}
    segments = read_segments(indices)
    findings = find_synchrony(segments, {} if lags is None else read_shifts(lags))
    with written_whole(output) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(COLUMNS)
        for segment in segments:
            finding = findings.get(segment.clip)
            told = _cells(finding, items[segment.name]) if finding else _NOTHING
            writer.writerow([segment.name, segment.clip, segment.speaker, *told])


def read_rejected(path: Path) -> dict[str, tuple[str, str]]:
    """Segment id -> verdict and reason, of those to be left out; of a table of ``write_sync``."""
    return {
        row["segment"]: (row["verdict"], row["reason"])
        for row in read_table(path, ("segment", "verdict", "reason"))[1]
        if row["verdict"] in REJECTED
    }


_NOTHING = ("", "", "", "", "", "", UNCLEAR, "")


def _cells(finding: Finding, item: Item) -> tuple[str, ...]:
    numbers = (finding.correlation, finding.belonging, finding.expected)
    return (
        finding.judged,
        f"{finding.seconds:.2f}",
        f"{finding.offset_seconds:.3f}",
        *("" if number != number else f"{number:.2f}" for number in numbers),
        finding.verdict,
        _reason(finding, item) if finding.rejected else "",
    )


def _reason(finding: Finding, item: Item) -> str:
    whose = "this clip" if finding.judged == "clip" else f"all short clips of {item.speaker}"
    if finding.verdict == OUT_OF_SYNC:
        offset = finding.offset_seconds
        video, audio = (shlex.quote(Path(item.data[key]).name) for key in ("video", "audio"))
        sound = audio if item.data["audio"] else video
        return (
            f"The sound of {whose} comes {abs(offset):.2f} s {'after' if offset > 0 else 'before'} "
            f"the lips move. Put it right with ffmpeg -i {video} -itsoffset {-offset:.2f} "
            f"-i {sound} -map 0:v -map 1:a -c:v copy NEW.mkv, {_KEEP}."
        )
    return (
        f"The lips of {whose} follow its sound no better than the sounds of other clips, wherever "
        f"within {REACH / FEATURE_HZ:.0f} s it is moved to: a dubbed or voiced-over video, a sound "
        "further off than that, or landmarks that miss the lips. Leave it out, give it the sound "
        f"that belongs to it, {_KEEP}."
    )
