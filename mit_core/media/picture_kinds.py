"""What a file of a picture begins with; standard library only, for checks before anything runs."""

from pathlib import Path

_BEGINNINGS = (
    *(b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"BM", b"GIF87a", b"GIF89a"),
    # TIFF in both orders of bytes, as some write it, and with offsets of eight bytes
    *(b"II*\0", b"MM\0*", b"MM*\0", b"II\0*", b"II+\0", b"MM\0+"),
    *(b"P" + kind.encode() for kind in "0123456fy"),  # PBM, PGM, PPM and their kin
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
