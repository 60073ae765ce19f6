"""Where a user may put a portrait's landmarks. Standard library only: the workflow asks too."""

from pathlib import Path

TABLE_SUFFIX = ".landmarks.tsv"


def table_beside(portrait: str | Path) -> Path:
    """The table of landmarks of a picture: ``face.png`` -> ``face.landmarks.tsv``."""
    portrait = Path(portrait)
    return portrait.with_name(f"{portrait.stem}{TABLE_SUFFIX}")
