"""Writes RESULTS.md from results folders: no figure in it is typed.

    python -m benchmarks.results OUTPUT.md TITLE=FOLDER...

The demo's folder (its title is "Demo") also gives pictures, which lie in docs/pictures beside
OUTPUT.md; of other footage figures alone are shown, since people are seen in it. What OUTPUT.md
tells of folders that are not given stays: not everyone has the footage.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from mit_core.files import write_text
from mit_core.media.image import read_image, write_image
from mit_core.media.video import count_frames, read_frames
from mit_core.report.sections import Table, measures, trained

DEMO = "Demo"
TITLES = {
    "known": "One real speaker (GRID s1)",
    "many": "29 real speakers (GRID and others)",
    "sync": "Sound that does not belong to its picture",
}
PICTURES = Path("docs/pictures")

TABLES = {
    "evaluation/content/default.tsv": (
        "Lips on held-out clips",
        "r is the correlation over time of predicted and true mouth opening, with its 95 % "
        "interval; distances are in outer-eye distances; *mismatched* hears another clip's sound: "
        "what it scores comes from the corpus's timing alone. Jerk is predicted over true, lag in "
        "frames of 16 ms.",
    ),
    "evaluation/against_ridge/default.tsv": (
        "Content branch against ridge, paired by clip",
        "p of a permutation test.",
    ),
    "seeds.tsv": (
        "Three seeds, mean and spread",
        "Standard deviation over seeds. The last row learned from other clips' sound: the measures "
        "can fail.",
    ),
    "against_ridge.tsv": ("Against ridge, seed by seed", "p of a permutation test."),
    "evaluation/unheard.tsv": (
        "Voices never heard",
        "Speakers are left out in turn of trainings of their own; means over speakers, spread over "
        "seeds. Mouth motion is the mouth's distance once each clip's mean place is taken off.",
    ),
    "evaluation/talking.tsv": (
        "Held-out clips drawn as talking videos",
        "Against the true frames; *truth* is drawn by true landmarks, the renderer's ceiling.",
    ),
    "evaluation/rendering.tsv": (
        "Renderers, driven by true landmarks",
        "Sharpness over the truth's; identity as the distance of dlib's embedding.",
    ),
    "evaluation/head_motion/default.tsv": ("Head motion in each speaker's manner", ""),
    "evaluation/autovc/default.tsv": ("Voice conversion", ""),
    "evaluation/ablation.tsv": ("Ablation", "The last row learned from other clips' sound."),
    "evaluation/animations.tsv": ("Rendered videos, detected again", ""),
    "sync_detection.tsv": (
        "Clips found out of sync or dubbed",
        "Made of the good clips of both corpora above: one in seven is spoilt, by moving the sound "
        "or by another clip's. Percent of the clips; *as filmed* are the good ones, of which none "
        "should be left out. Halved and joined clips tell what length does.",
    ),
    "corpus/funnel.tsv": ("What preparation kept", ""),
}
_STRIP, _SIDE = 6, 160  # frames of a video's strip, and their height in pixels


def section(title: str, folder: Path, home: Path) -> Iterator[str]:
    """The lines about one results folder."""
    yield f"## {title}\n"
    training = folder / "models/training.tsv"
    if training.is_file():
        yield "### Training\n"
        yield from _markdown(trained(training))
    for name, (heading, remark) in TABLES.items():
        path = folder / name
        if not path.is_file():
            continue
        yield f"### {heading}\n"
        if remark:
            yield f"{remark}\n"
        yield from table(path)
    if title == DEMO:
        yield from pictures(folder, home)


def table(path: Path) -> Iterator[str]:
    """A TSV as Markdown, its cells as the report prints them."""
    yield from _markdown(measures("", path).table)


def _markdown(shown: Table) -> Iterator[str]:
    yield "| " + " | ".join(shown.header) + " |"
    yield "|" + "---|" * len(shown.header)
    for row in shown.rows:
        yield "| " + " | ".join(cell.replace("|", "/") for cell in row) + " |"
    yield ""


def pictures(folder: Path, home: Path) -> Iterator[str]:
    """Held-out frames and strips of the demo's videos, as small JPEG files."""
    yield "### Pictures\n"
    for name, picture, words in shown(folder):
        write_image(home / PICTURES / f"{name}.jpg", picture)
        yield f"![{words}]({PICTURES / name}.jpg)\n"
        yield f"{words}\n"


def shown(folder: Path) -> Iterator[tuple[str, np.ndarray, str]]:
    """Name, picture and what it shows."""
    sheet = folder / "evaluation/rendering.png"
    if sheet.is_file():
        image = read_image(sheet)
        width = min(1200, image.shape[1])
        size = width, round(image.shape[0] * width / image.shape[1])
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        yield (
            "renderers",
            small,
            "Held-out frames of the demo's speakers as each renderer draws them.",
        )
    for video in sorted((folder / "animations").glob("*.mp4")):
        wanted = set(np.linspace(10, count_frames(video) - 10, _STRIP).astype(int).tolist())
        frames = [frame for i, frame in enumerate(read_frames(video)) if i in wanted]
        tiles = [_as_high(frame, _SIDE) for frame in frames]
        portrait, _, speech = video.stem.partition("--")
        yield video.stem, np.concatenate(tiles, axis=1), f"Synthetic: {portrait} speaking {speech}."


def _as_high(frame: np.ndarray, height: int) -> np.ndarray:
    width = round(frame.shape[1] * height / frame.shape[0])
    return cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA)


def sections(path: Path) -> dict[str, str]:
    """What lies in a file of results, by heading."""
    if not path.is_file():
        return {}
    parts = ("\n" + path.read_text(encoding="utf-8")).split("\n## ")[1:]
    return {part.partition("\n")[0]: f"## {part}".rstrip() for part in parts}


def main() -> None:
    output = Path(sys.argv[1])
    told = sections(output)
    for argument in sys.argv[2:]:
        title, _, folder = argument.partition("=")
        title = TITLES.get(title, title)
        told[title] = "\n".join(section(title, Path(folder), output.parent)).rstrip()
    known = [DEMO, *TITLES.values()]
    order = sorted(told, key=lambda title: known.index(title) if title in known else len(known))
    lines = [
        "# Results\n",
        "Generated by `make results` from the tables that the workflow wrote; nothing here was "
        "typed by hand. The demo's corpus is synthetic and made by the project itself. Real "
        "footage (GRID and clips from HDTF, VoxCeleb2, LRS3, MEAD and others, for research) is "
        "shown in figures alone.\n",
    ]
    lines += [told[title] + "\n" for title in order]
    write_text(output, "\n".join(lines).rstrip() + "\n")


if __name__ == "__main__":
    main()
