"""A video that was made, which a notebook can show."""

import base64
from dataclasses import dataclass
from pathlib import Path

from mit_core.media.containers import CONTAINERS


@dataclass(frozen=True)
class Film:
    """A video file.

    Attributes:
        path: where it is.
        seconds: its length.
    """

    path: Path
    seconds: float

    def _repr_html_(self) -> str:
        """The video inside a notebook's page, which then carries it."""
        kind = self.path.suffix.lstrip(".")
        data = base64.b64encode(self.path.read_bytes()).decode()
        playable = kind if kind in CONTAINERS and kind != "mov" else "mp4"
        return (
            f'<video controls loop style="max-width: 100%" '
            f'src="data:video/{playable};base64,{data}"></video>'
        )
