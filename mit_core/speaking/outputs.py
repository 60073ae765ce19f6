"""Where a video may be written: under a video's name, and never over what it is made from."""

from pathlib import Path

from mit_core.errors import UserError
from mit_core.media.containers import CONTAINERS


def container_of(output: str | Path) -> str:
    """The container that a name asks for, ``mp4``, ``mov`` or ``webm``.

    Raises:
        UserError: it asks for none of these.
    """
    kind = Path(output).suffix.lower().lstrip(".")
    if kind not in CONTAINERS:
        endings = " or ".join(f".{name}" for name in CONTAINERS)
        raise UserError(f"{output} is no name for a video: let it end with {endings}.")
    return kind


def refuse_input(output: str | Path, *inputs: str | Path) -> None:
    """Raise where ``output`` is one of the files that it is made from, by whatever name."""
    path = Path(output)
    for given in map(Path, inputs):
        same = path.exists() and given.exists() and path.samefile(given)
        if same or path.resolve() == given.resolve():
            raise UserError(
                f"{output} is what the video is made from, and inputs are never written to: give "
                "the video another name."
            )
