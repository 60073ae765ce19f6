"""A video that was made, which a notebook can show."""

import base64
import html
from dataclasses import dataclass
from pathlib import Path

_PLAYED = ("mp4", "webm")
"""What browsers play; not ProRes, which is for editing."""


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
        kind = self.path.suffix.lower().lstrip(".")
        if kind not in _PLAYED:
            return f"<p>{html.escape(str(self.path))}: browsers do not play {kind}.</p>"
        data = base64.b64encode(self.path.read_bytes()).decode()
        return (
            f'<video controls loop style="max-width: 100%" '
            f'src="data:video/{kind};base64,{data}"></video>'
        )
