"""What a file of a picture begins with; standard library only, for checks before anything runs."""

from pathlib import Path

_BEGINNINGS = (
    *(b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"BM", b"GIF87a", b"GIF89a"),
    *(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),  # TIFF, and with offsets of eight bytes
    *(b"P%d" % kind for kind in range(1, 7)),  # PBM, PGM and PPM, as text and as bytes
    *(b"Pf", b"PF", b"Py"),
)
_LONGEST = 12
"""Bytes that tell."""


def seems_picture(path: str | Path) -> bool:
    """Whether a file begins as one of the pictures that ``read_image`` reads.

    A file that cannot be opened is taken for one: whoever reads it will tell why it cannot be.
    """
    try:
        with Path(path).open("rb") as file:
            head = file.read(_LONGEST)
    except OSError:
        return True
    return head.startswith(_BEGINNINGS) or (head[:4] == b"RIFF" and head[8:] == b"WEBP")
