"""Small files and values of which seeds are made."""

import io
import struct
import zipfile
from typing import Any

import numpy as np


class Calls:
    """Pickled, it asks for a call."""

    def __init__(self, made: Any, *arguments: Any):
        self.made, self.arguments = made, arguments

    def __reduce__(self) -> tuple[Any, ...]:
        return self.made, self.arguments


def npy(array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def npy_header(text: str, body: bytes = b"") -> bytes:
    raw = text.encode("latin1")
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(raw)) + raw + body


def npz(**arrays: Any) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def zipped(members: dict[str, bytes], how: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, how)
    return out.getvalue()


def tsv(columns: Any, *rows: Any) -> bytes:
    return ("\n".join("\t".join(map(str, row)) for row in (columns, *rows)) + "\n").encode()


def ring_of_points(scale: float = 1.0) -> np.ndarray:
    around = np.linspace(0, 2 * np.pi, 68, endpoint=False)
    ring = 1 + 0.1 * np.arange(68) / 68
    return scale * (32 + 20 * np.stack([-np.cos(around) * ring, np.sin(around) * ring], axis=1))


def number_text(table: Any) -> bytes:
    out = io.StringIO()
    np.savetxt(out, np.asarray(table), fmt="%.4f")
    return out.getvalue().encode()


def triangle_rows(*rows: tuple[int, int, int]) -> bytes:
    return "".join(f"{a} {b} {c}\n" for a, b, c in rows).encode()
