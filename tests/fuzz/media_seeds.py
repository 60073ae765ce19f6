"""Seeds of pictures and sounds."""

import io
import struct
import zlib

import numpy as np
from PIL import Image


def _chunk(name: bytes, content: bytes) -> bytes:
    checked = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checked)


def png(width: int, height: int, rows: bytes, *more: bytes, colour: int = 0) -> bytes:
    """A PNG of 8 bits that says to be of a size, whatever it holds."""
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    body = [
        _chunk(b"IHDR", head),
        *more,
        _chunk(b"IDAT", zlib.compress(rows)),
        _chunk(b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def _pictures() -> dict[str, bytes]:
    found = {}
    for kind in ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "PPM"):
        out = io.BytesIO()
        Image.fromarray(np.arange(192, dtype=np.uint8).reshape(8, 8, 3)).save(out, kind)
        found[f"good_{kind.lower()}"] = out.getvalue()
    return found


_LARGE_WEBP = (
    struct.pack("<4sI4s4sI", b"RIFF", 54, b"WEBP", b"VP8 ", 42)
    + b"\xb0\0\0\x9d\1*"
    + struct.pack("<HH", 9_510, 65_444)  # 9,510 x 16,292: two bits of each side scale it
    + b"\xff\xff\0\xff\xff\xff\xff\xfd\x6f\x7f&\1\x15y\4\x827\xe2\xb0"
    + b"U" * 100
)


def _largest() -> bytes:
    """As many pixels as are read, in a few bytes."""
    out = io.BytesIO()
    Image.new("RGBA", (8192, 8192)).save(out, "WEBP", lossless=True, method=0, quality=0)
    return out.getvalue()


def picture() -> dict[str, bytes]:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (4, 2)).save(out, "JPEG", exif=exif)
    turned = out.getvalue()
    return {
        **_pictures(),
        "huge": png(50_000, 50_000, bytes(9)),
        "large": _LARGE_WEBP,
        "good_largest": _largest(),
        "text_bomb": png(1, 1, bytes(2), _chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(2 << 20)))),
        "profile_bomb": png(
            1, 1, bytes(2), _chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(2 << 20)))
        ),
        "palette": png(1, 1, bytes(2), colour=3),
        "good_turned": turned,
        "no_turn": turned.replace(b"\x01\x12\x00\x03", b"\x01\x12\x00\x05"),
        "far_turn": turned.replace(b"MM\x00*\x00\x00\x00\x08", b"MM\x00*\xff\xff\xff\x08"),
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "entities": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>&x;",
        "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/tmp/x) (w) file\n",
        "cut": turned[:-20],
        "empty": b"",
    }


def wav(rate: int, channels: int = 1, bits: int = 16, samples: int = 100, said: int = 0) -> bytes:
    """A wav whose header says what it likes."""
    body = b"\1\0" * samples
    size = said or len(body)
    block = channels * bits // 8
    head = struct.pack("<HHIIHH", 1, channels, rate, rate * block % 2**32, block % 2**16, bits)
    return (
        b"RIFF" + struct.pack("<I", 36 + size & 0xFFFFFFFF) + b"WAVEfmt " + struct.pack("<I", 16)
    ) + (head + b"data" + struct.pack("<I", size) + body)


def sound() -> dict[str, bytes]:
    return {
        "good": wav(16_000),
        "good_long_header": wav(16_000, said=2**32 - 1),
        "slow": wav(1),
        "still": wav(0),
        "fast": wav(2**32 - 1),
        "many_channels": wav(16_000, channels=65_535),
        "channels": wav(16_000, channels=33),
        "no_channels": wav(16_000, channels=0),
        "no_bits": wav(16_000, bits=0),
        "many_bits": wav(16_000, bits=65_535),
        "no_sound": wav(16_000, samples=0),
        "long_format": wav(16_000)[:16] + b"\xff\xff\xff\x7f" + wav(16_000)[20:],
        "cut": wav(16_000)[:40],
        "empty": b"",
    }
