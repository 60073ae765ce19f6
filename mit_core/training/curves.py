"""Learning curves: ``history.csv``, and event files that TensorBoard shows."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

from mit_core.files import write_text

Row = Mapping[str, float]
_EVENTS = "tensorboard"
_AXES = ("step", "seconds")


def write_history(path: Path, rows: Sequence[Row]) -> None:
    """Write rows as CSV, a column each name that occurs in any of them."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: f"{v:.8g}" for k, v in row.items()} for row in rows)
    write_text(path, text.getvalue())


class EventFiles:
    """The curves as TensorBoard's event files, in the folder ``tensorboard`` of the run.

    A run that was cut off had written beyond the step that it goes on from: its files are
    replaced by one that tells the history so far, and no step occurs twice.

    Args:
        folder: of the run.
        rows: the history so far.
    """

    def __init__(self, folder: Path, rows: Sequence[Row]):
        events = folder / _EVENTS
        for old in events.glob("events.out.tfevents.*"):
            old.unlink()
        self._writer = SummaryWriter(str(events))
        for row in rows:
            self.add(row)

    def add(self, row: Row) -> None:
        """Add a row of the history."""
        for name, value in row.items():
            if name not in _AXES:  # train_loss is shown as loss in the group train
                self._writer.add_scalar(name.replace("_", "/", 1), value, int(row["step"]))
        self._writer.flush()

    def close(self) -> None:
        """Flush and close the files."""
        self._writer.close()
