"""Which files make a picture a puppet. Standard library only: the workflow asks too.

A puppet is MakeItTalk's published form of a cartoon: ``NAME.png`` and beside it text files of its
points with the mouth open and closed, of triangles between them, and a picture of what is behind.
"""

from pathlib import Path

from mit_core.faces.table_beside import table_beside

OPEN = "open"
"""The one file without which there is no puppet."""

_TEXTS = {
    OPEN: "_face_open_mouth.txt",
    "open_norm": "_face_open_mouth_norm.txt",
    "closed": "_face_close_mouth.txt",
    "triangles": "_delauney_tri.txt",
    "scale_shift": "_scale_shift.txt",
}
_BACKGROUND, _ANNOTATED = "_bg", "_anno"
_PICTURES = (".png", ".jpg", ".jpeg")


def file_beside(portrait: str | Path, key: str) -> Path:
    """Where a puppet's text file belongs; see ``puppet_beside`` for the keys."""
    portrait = Path(portrait)
    return portrait.with_name(portrait.stem + _TEXTS[key])


def puppet_beside(portrait: str | Path) -> dict[str, Path]:
    """The puppet files of a picture that are there; empty where it is no puppet.

    Keys: ``open``, ``open_norm``, ``closed``, ``triangles``, ``scale_shift``, ``background``.
    """
    portrait = Path(portrait)
    found = {key: path for key in _TEXTS if (path := file_beside(portrait, key)).is_file()}
    if OPEN not in found:
        return {}
    for suffix in _PICTURES:
        path = portrait.with_name(portrait.stem + _BACKGROUND + suffix)
        if path.is_file():
            return found | {"background": path}
    return found


def is_puppet(portrait: str | Path) -> bool:
    """Whether a picture moves as a puppet: it has the files, and no table takes their place."""
    return bool(puppet_beside(portrait)) and not table_beside(portrait).is_file()


def is_part_of_puppet(picture: str | Path) -> bool:
    """Whether a picture is a puppet's background or annotation, and no portrait of its own."""
    picture = Path(picture)
    for ending in (_BACKGROUND, _ANNOTATED):
        if picture.stem.endswith(ending):
            name = picture.stem.removesuffix(ending)
            return picture.with_name(name + _TEXTS[OPEN]).is_file()
    return False
