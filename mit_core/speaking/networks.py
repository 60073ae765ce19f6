"""Which networks lie in a results folder."""

from dataclasses import dataclass
from pathlib import Path

from mit_core.errors import UserError

DRAWING = ("refinement", "translation")
"""Networks that draw; the first is the better one."""

_BEST = "best.pt"
_COMPARED = ("-mel", "-autovc", "-deaf")
"""Endings of the runs that the target ``ablation`` trains beside a run."""


@dataclass(frozen=True)
class Networks:
    """Checkpoints that speak together.

    Attributes:
        content: speech to lips.
        speaker: whose manner moves the head; None where it was not trained.
        autovc: voice converters, one of which the content branch may hear through.
        drawing: what draws a face, by kind (``refinement``, ``translation``).
    """

    content: Path
    speaker: Path | None
    autovc: tuple[Path, ...]
    drawing: dict[str, Path]


def find_networks(results: str | Path, run: str | None = None) -> Networks:
    """The networks of a results folder.

    Args:
        results: the folder that ``results`` names in the configuration.
        run: of the content and the speaker-aware branch; by default ``default``, else the latest
            that is no run of an ablation.

    Raises:
        UserError: there is no trained content branch, or none of that name.
    """
    models = Path(results) / "models"
    runs = {path.parent.name: path for path in models.glob(f"content/*/{_BEST}")}
    if not runs:
        raise UserError(
            f"{results} holds no trained networks (models/content/RUN/{_BEST}). Train some first: "
            "'make demo' makes results/demo, and README says how on footage of your own."
        )
    if run is not None and run not in runs:
        raise UserError(
            f"{results} holds no run {run!r} of the content branch; it has: "
            f"{', '.join(sorted(runs))}."
        )
    chosen = run or ("default" if "default" in runs else _latest(_own_runs(runs) or runs))
    speaker = models / "speaker" / chosen / _BEST
    drawing = {kind: _of_kind(models / kind, chosen) for kind in DRAWING}
    return Networks(
        content=runs[chosen],
        speaker=speaker if speaker.is_file() else None,
        autovc=tuple(sorted(models.glob(f"autovc/*/{_BEST}"))),
        drawing={kind: path for kind, path in drawing.items() if path is not None},
    )


def _of_kind(folder: Path, run: str) -> Path | None:
    """The run of that name, else the latest."""
    runs = {path.parent.name: path for path in folder.glob(f"*/{_BEST}")}
    return runs.get(run) or (runs[_latest(runs)] if runs else None)


def _own_runs(runs: dict[str, Path]) -> dict[str, Path]:
    """Without those that an ablation trained to be compared with, some on others' sound."""
    return {name: path for name, path in runs.items() if not name.endswith(_COMPARED)}


def _latest(runs: dict[str, Path]) -> str:
    return max(sorted(runs), key=lambda name: runs[name].stat().st_mtime_ns)
