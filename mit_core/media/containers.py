"""How videos are encoded, by their container."""

from dataclasses import dataclass
from typing import Any

# One encoder thread by default: the bytes are the same on every machine, and workers do not
# crowd each other out. "veryfast" costs a third of the default preset at 5-10 % more bytes.
ENCODING = {"vcodec": "libx264", "preset": "veryfast", "pix_fmt": "yuv420p", "threads": 1}
# HD colours, and said so: players guess by picture size where a file does not say.
COLOUR_TAGS = {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709"}
# No encoder version strings and dates: equal input gives equal bytes.
REPRODUCIBLE = {"map_metadata": -1, "fflags": "+bitexact", "flags:v": "+bitexact"}
MP4 = {"movflags": "+faststart", "f": "mp4"}
AAC = {"acodec": "aac", "b:a": "128k", "flags:a": "+bitexact"}

# What editing programs take with transparency; "ap4h" is ProRes 4444. 10 bits a colour.
PRORES_4444 = {
    "vcodec": "prores_ks",
    "profile:v": 4,
    "vendor": "apl0",
    "alpha_bits": 16,
    "threads": 1,
}
# What web pages take with transparency. Its alpha comes as a second stream of frames, which
# frames out of order ("alt-ref") would not fit.
VP9 = {
    "vcodec": "libvpx-vp9",
    "pix_fmt": "yuva420p",
    "deadline": "good",
    "cpu-used": 5,
    "auto-alt-ref": 0,
    "b:v": 0,
    "threads": 1,
}

_X264_WORST, _VP9_WORST = 51, 63


@dataclass(frozen=True)
class Container:
    """A kind of file.

    Attributes:
        pixels: the format that is opaque, and the one that keeps transparency, if any.
        video, sound: ffmpeg's options.
        worst: the largest constant rate factor; 0 where the codec knows none.
    """

    pixels: tuple[str, str | None]
    video: dict[str, Any]
    sound: dict[str, Any]
    worst: int

    def options(self, crf: int, alpha: bool) -> dict[str, Any]:
        """Options of a video at x264's constant rate factor 0 to 51, or what is alike."""
        rate = {"crf": round(crf * self.worst / _X264_WORST)} if self.worst else {}
        pixels = {"pix_fmt": self.pixels[alpha]}
        return self.video | pixels | COLOUR_TAGS | REPRODUCIBLE | rate


CONTAINERS = {
    "mp4": Container(("yuv420p", None), ENCODING | MP4, AAC, _X264_WORST),
    "mov": Container(("yuv444p10le", "yuva444p10le"), PRORES_4444 | {"f": "mov"}, AAC, 0),
    "webm": Container(
        ("yuv420p", "yuva420p"),
        VP9 | {"f": "webm"},
        {"acodec": "libopus", "b:a": "96k", "flags:a": "+bitexact"},
        _VP9_WORST,
    ),
}
