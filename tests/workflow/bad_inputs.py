"""All that a folder of videos from the wild may hold, each file with its verdict.

All are made from two demo clips of some seconds by ffmpeg's filters, or by changing bytes.
"""

import os
import random
import shutil
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mit_core.demo.footage import Settings, make_footage
from mit_core.demo.plan import plan
from mit_core.media.ffmpeg import ffmpeg_binary

OK = "ok"
NO_ROW = "no row"
"""Folders and hidden files are no input."""
SECONDS = 2.4
SIZE = 192
Make = Callable[[Path], object]
"""Writes a file."""


@dataclass(frozen=True)
class Case:
    """One input.

    Attributes:
        kind: what sort of fault it is, for the table of them.
        verdicts: what the manifest may say of it.
        make: writes it, given the path.
        name: of the file.
    """

    kind: str
    verdicts: tuple[str, ...]
    make: Make
    name: str


class Maker:
    """Makes the cases from two clips of different voices."""

    def __init__(self, folder: Path):
        clips = plan(3)
        pair = [clips[0], next(clip for clip in clips if clip.speaker != clips[0].speaker)]
        make_footage(pair, folder, folder, Settings(size=SIZE))
        self.ann, self.ben = (
            self._cut(folder / f"{clip.id}.mp4", folder / f"{name}.mp4")
            for clip, name in zip(pair, ("ann", "ben"), strict=True)
        )
        self.still, self.lying = folder / "still.png", folder / "lying.mp4"
        ffmpeg("-i", self.ann, "-frames:v", "1", self.still)

    def _cut(self, clip: Path, cut: Path) -> Path:
        # a little into the clip, so that speech begins soon
        ffmpeg("-ss", "0.2", "-i", clip, "-t", SECONDS, "-g", "10", "-movflags", "+faststart", cut)
        return cut

    def filtered(self, picture: str = "null", sound: str = "anull", *options: str) -> Make:
        """The first clip through a filter of its picture and one of its sound."""
        return lambda path: ffmpeg("-i", self.ann, "-vf", picture, "-af", sound, *options, path)

    def mixed(self, graph: str, *options: str) -> Make:
        """Both clips through a filter graph with the outputs v and a."""
        inputs = ("-i", self.ann, "-i", self.ben, "-filter_complex", graph)
        return lambda path: ffmpeg(*inputs, "-map", "[v]", "-map", "[a]", *options, path)

    def edited(self, edit: Callable[[bytes], bytes], suffix: str = "mp4") -> Make:
        """The first clip's bytes, changed."""

        def make(path: Path) -> None:
            source = self.ann.with_suffix(f".{suffix}")
            if not source.exists():
                ffmpeg("-i", self.ann, *(() if suffix == "mpg" else ("-c", "copy")), source)
            path.write_bytes(edit(source.read_bytes()))

        return make

    def given(self, path: Path) -> None:
        shutil.copy(self.ann, path)


def ffmpeg(*arguments: object) -> None:
    words = [str(argument) for argument in arguments]
    command = [ffmpeg_binary(), "-v", "error", "-nostdin", "-y", *words]
    subprocess.run(command, check=True, capture_output=True)


def field(data: bytes, atom: bytes, offset: int, value: int, size: int = 4) -> bytes:
    """An mp4 with one number changed, in every atom of a kind."""
    out, at = bytearray(data), data.find(atom)
    assert at >= 0
    while at >= 0:
        begin = at + 4 + offset
        out[begin : begin + size] = value.to_bytes(size, "big")
        at = data.find(atom, at + 4)
    return bytes(out)


def leap(data: bytes) -> bytes:
    """The first sample of each track lasts as long as its header can say."""
    at = data.find(b"stts")
    out = bytearray(data)
    while at >= 0:
        out[at + 12 : at + 20] = struct.pack(">II", 1, 2**31 - 1)
        at = data.find(b"stts", at + 4)
    return bytes(out)


def streams(m: Maker) -> dict[str, tuple[tuple[str, ...], Make]]:
    """Odd tracks, rates, sizes and clocks."""
    late = ("-itsoffset", "0.3", "-i", m.ann)
    pixels = ("-c:v", "ffv1", "-pix_fmt")
    return {
        "no_picture.mp4": (("no_video",), m.filtered("null", "anull", "-vn")),
        "no_sound.mp4": (("no_audio",), m.filtered("null", "anull", "-an")),
        "sound_shorter.mp4": ((OK,), m.filtered("null", "atrim=0:1.4")),
        "sound_longer.mp4": ((OK,), m.filtered("trim=0:1.6", "anull")),
        "sound_starts_later.mkv": (
            (OK,),
            lambda p: ffmpeg("-i", m.ann, *late, "-map", "0:v", "-map", "1:a", "-c", "copy", p),
        ),
        "picture_starts_later.mkv": (
            (OK,),
            lambda p: ffmpeg("-i", m.ann, *late, "-map", "1:v", "-map", "0:a", "-c", "copy", p),
        ),
        "sound_8_khz.mkv": ((OK,), m.filtered("null", "anull", "-ar", "8000", "-c:a", "pcm_s16le")),
        "sound_96_khz.mkv": ((OK,), m.filtered("null", "anull", "-ar", "96000", "-c:a", "flac")),
        "sound_5_1.mp4": ((OK,), m.filtered("null", "pan=5.1|FC=c0", "-c:a", "aac")),
        "variable_rate.mkv": (
            (OK,),
            m.filtered("select='mod(n,7)-mod(n,3)'", "anull", "-fps_mode", "vfr"),
        ),
        "fps_120.mp4": ((OK,), m.filtered("fps=120", "anull", "-preset", "ultrafast")),
        "fps_5.mp4": ((OK,), m.filtered("fps=5")),
        "interlaced.mkv": (
            (OK,),
            m.filtered(
                *("fps=50,tinterlace=interleave_top", "anull"),
                *("-c:v", "mpeg2video", "-q:v", "2", "-flags", "+ildct+ilme"),
            ),
        ),
        "rotated.mp4": (
            (OK,),
            lambda p: (
                ffmpeg("-i", m.ann, "-vf", "transpose=1", p.with_suffix(".part.mp4")),
                ffmpeg(
                    "-display_rotation", "90", "-i", p.with_suffix(".part.mp4"), "-c", "copy", p
                ),
                p.with_suffix(".part.mp4").unlink(),
            ),
        ),
        "odd_size.mkv": ((OK,), m.filtered("scale=191:193", "anull", *pixels, "yuv444p")),
        "ten_bit.mkv": ((OK,), m.filtered("null", "anull", *pixels, "yuv420p10le")),
        "alpha.mov": ((OK,), m.filtered("format=rgba", "anull", "-c:v", "qtrle")),
        "anamorphic.mp4": ((OK,), m.filtered("scale=96:192,setsar=2")),
        "size_8k.mkv": (
            (OK,),
            m.filtered(
                *("scale=7680:4320:flags=neighbor,fps=5", "anull"),
                *("-c:v", "mjpeg", "-q:v", "20", "-pix_fmt", "yuvj420p"),
            ),
        ),
        "pixels_16.mp4": (("no_face",), m.filtered("scale=16:16")),
        "claims_68_years.mp4": (
            (OK,),
            m.edited(lambda data: field(data, b"mvhd", 16, 2**32 - 1)),
        ),
        "claims_a_long_frame.mp4": (("no_audio",), m.edited(leap)),
        "claims_65535_pixels.mp4": (
            (OK,),
            m.edited(lambda data: field(data, b"avc1", 24, 2**32 - 1)),
        ),
        "claims_huge_atom.mp4": (
            ("not_media",),
            m.edited(lambda data: field(data, b"stsz", 8, 2**31 - 1)),
        ),
        "clock_leaps.mkv": (
            ("time_leap",),
            m.filtered("setpts='PTS+gt(N,30)*1e6/TB'", "anull", "-fps_mode", "vfr"),
        ),
        "sound_leaps.mkv": (
            ("time_leap",),
            m.filtered("null", "asetpts='PTS+gt(N,30)*1e6/TB'", "-c:a", "flac"),
        ),
        "huge_picture.mkv": (
            ("too_large",),
            m.filtered(
                "format=gray,fps=1,scale=12000:12000:flags=neighbor", "anull", "-c:v", "png"
            ),
        ),
        "many_tracks.mkv": (
            (OK,),
            lambda p: ffmpeg(
                *("-i", m.ann, "-i", m.ben, "-map", "0:v", "-map", "1:v"),
                *("-map", "0:a", "-map", "1:a", "-c", "copy", p),
            ),
        ),
    }


def faces(m: Maker) -> dict[str, tuple[tuple[str, ...], Make]]:
    """What is seen and heard is not one person who speaks."""
    mask = f"drawbox=x={SIZE // 5}:y={SIZE * 45 // 100}:w={SIZE * 3 // 5}:h={SIZE // 2}"
    tune = "aevalsrc='.2*sin(2*PI*(220+110*floor(mod(4*t,4)))*t)':d=2.4"
    gone = f"drawbox=t=fill:c=gray:enable='gt(t,{SECONDS / 2})'"
    still = ("-loop", "1", "-framerate", "25", "-i", m.still, "-i", m.ann)
    return {
        "two_faces.mp4": (("several_faces",), m.mixed("[0:v][1:v]hstack[v];[0:a]anull[a]")),
        "face_leaves.mp4": ((OK,), m.filtered(gone)),
        "photograph.mp4": (
            ("still_image",),
            lambda p: ffmpeg(*still, "-map", "0:v", "-map", "1:a", "-t", SECONDS, p),
        ),
        "half_a_face.mp4": (
            ("no_face",),
            m.filtered(f"drawbox=x=0:y=0:w={SIZE // 2}:h={SIZE}:t=fill:c=gray"),
        ),
        "mask.mp4": (("no_face",), m.filtered(f"{mask}:t=fill:c=white")),
        "upside_down.mp4": (("no_face",), m.filtered("hflip,vflip")),
        "dark.mp4": (("no_face",), m.filtered("eq=brightness=-.95")),
        "nobody.mp4": (("no_face",), m.filtered("drawbox=t=fill:c=gray")),
        "silence.mp4": (("silent_audio",), m.filtered("null", "volume=0")),
        "hiss.mp4": (
            ("no_speech",),
            m.filtered("null", "volume=0,aeval=.002*(random(0)-.5):c=same"),
        ),
        # tones pass for a voice; where there is footage enough, sync.tsv finds them out
        "music.mp4": (
            (OK,),
            lambda p: ffmpeg(
                "-i", m.ann, "-f", "lavfi", "-i", tune, "-map", "0:v", "-map", "1:a", p
            ),
        ),
        "two_voices.mp4": ((OK,), m.mixed("[0:v]null[v];[0:a][1:a]amix[a]")),
        "short.mp4": (("too_short",), m.filtered("trim=0:0.4", "atrim=0:0.4")),
    }


def files(m: Maker) -> dict[str, tuple[tuple[str, ...], Make]]:
    """Files that are not what their name says."""
    noise = random.Random(0)
    playlist = "ffconcat version 1.0\nfile 'good.mp4'\n"
    return {
        "empty.mp4": (("empty_file",), lambda p: p.touch()),
        "random.mp4": (("not_media",), lambda p: p.write_bytes(noise.randbytes(50_000))),
        "text.mp4": (("not_media",), lambda p: p.write_text("not a video\n" * 99)),
        "zeros.mp4": (("not_media",), lambda p: p.write_bytes(bytes(50_000))),
        "playlist.mp4": (("not_media",), lambda p: p.write_text(playlist)),
        "picture.mp4": (("no_video",), lambda p: shutil.copy(m.still, p)),
        "a_folder.mp4": ((NO_ROW,), lambda p: p.mkdir()),
        "a_pipe.mp4": (("unreadable",), os.mkfifo),
        "dead_link.mp4": (("not_found",), lambda p: p.symlink_to("nowhere.mp4")),
        "link_to_itself.mp4": (("not_found",), lambda p: p.symlink_to(p.name)),
        "hole.mp4": (
            ("unreadable",),
            m.edited(lambda data: data[: len(data) // 3] + bytes(len(data) - len(data) // 3)),
        ),
    }


BROKEN_OFF = (OK, "truncated", "not_media", "too_short")
"""By how much is left, and by where the index lies."""


def broken_off(m: Maker) -> dict[str, tuple[tuple[str, ...], Make]]:
    """Cut at every tenth, with the index in front, behind, and without one."""
    cases: dict[str, tuple[tuple[str, ...], Make]] = {}
    for suffix in ("mp4", "mov", "mkv", "mpg"):
        for tenth in range(1, 10):

            def cut(data: bytes, tenth: int = tenth) -> bytes:
                return data[: len(data) * tenth // 10]

            cases[f"cut_{tenth}.{suffix}"] = (BROKEN_OFF, m.edited(cut, suffix))
    return cases


NAMES = (
    *("with spaces in it", "it's", 'say "hi"', "two\nlines", "-y", "--help", "안녕하세요", "🎬"),
    *("{braces} %d $(touch pwned)", "semi;colon & pipe|", "back\\slash", "a" * 251, "한" * 83),
    *("CON", "same", "SAME", "tab\there", "*?[a]", "é"),
)


def names(m: Maker) -> dict[str, tuple[tuple[str, ...], Make]]:
    """Whole videos of every name that a shell, a wildcard or an encoding could trip over."""
    good: dict[str, tuple[tuple[str, ...], Make]] = {
        f"{name}.mp4": ((OK,), m.given) for name in NAMES
    }
    odd = os.fsdecode(b"caf\xe9.mp4")  # Latin-1, as old archives have it
    return good | {odd: (("bad_name",), m.given), "..hidden.mp4": ((NO_ROW,), m.given)}


KINDS = {
    "Bad input: odd tracks, rates, sizes and clocks": streams,
    "Bad input: not one speaking face": faces,
    "Bad input: files that are not what they say": files,
    "Bad input: cut at every tenth of the file": broken_off,
    "Bad input: file names": names,
}


def make_cases(folder: Path, made: Path) -> list[Case]:
    """Write every case to ``folder``; ``made`` is for what they are made from."""
    maker = Maker(made)
    cases = [
        Case(kind, verdicts, make, name)
        for kind, listed in KINDS.items()
        for name, (verdicts, make) in listed(maker).items()
    ]
    for case in cases:
        case.make(folder / case.name)
    return cases
