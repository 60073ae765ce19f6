"""What a run of the workflow came to, in a few lines for the terminal."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from mit_core.corpus.shards import CHANGED, FAILED, Item
from mit_core.errors import UserError
from mit_core.media.containers import CONTAINERS
from mit_core.report.tables import Row, read_rows


def closing_words(
    results: str | Path, failed: bool = False, unfinished: Sequence[Item] = ()
) -> str:
    """Clips accepted and left out, videos made, and where to look.

    Args:
        results: the results folder; what is not in it is not told.
        failed: a job failed; its log was named when it did.
        unfinished: items that the next run tries again.
    """
    folder = Path(results)
    lines = []
    manifest, quarantine = folder / "corpus/manifest.tsv", folder / "corpus/quarantine.tsv"
    if verdicts := Counter(row.get("verdict") for row in _rows(manifest)):
        accepted = verdicts.pop("ok", 0)
        lines.append(f"{accepted} of {accepted + verdicts.total()} clips accepted")
        if verdicts:
            told = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common())
            lines[-1] += f"; the others: {told}"
    if parts := len(_rows(quarantine)):
        lines.append(f"{parts} clips or parts of them left out, each with its reason: {quarantine}")
    videos = [path for path in folder.glob("animations/*") if path.suffix[1:] in CONTAINERS]
    if videos:
        lines.append(f"videos: {len(videos)}, in {folder / 'animations'}")
    if (folder / "report.html").is_file() and not failed:
        lines.append(f"report: {folder / 'report.html'}")
    for verdict, what in _AGAIN.items():
        if ids := sorted({item.clip for item in unfinished if item.verdict == verdict}):
            named = ", ".join(ids[:_NAMED]) + (" ..." if len(ids) > _NAMED else "")
            lines.append(
                f"{len(ids)} clips {what} ({named}): {quarantine} has the reasons where it was "
                f"made, the logs in {folder / 'logs'} the rest. Run the same command again to try "
                "them once more; all else is kept."
            )
    if failed:
        lines.append(
            "Something failed: the messages above name the job and its log (in "
            f"{folder / 'logs'}). Mend it and run the same command again; what was done is kept."
        )
    return "\n".join(lines)


_AGAIN = {
    FAILED: "failed by an unexpected error",
    CHANGED: "were changed while the run was reading them",
}
_NAMED = 3
"""Clips that are named; tables and logs have the others."""


def _rows(table: Path) -> list[Row]:
    """A table's rows; none where it cannot be read, since the last words shall spoil no run."""
    try:
        return read_rows(table)[1]
    except (UserError, OSError, ValueError):
        return []
