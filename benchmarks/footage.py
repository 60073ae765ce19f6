"""The real footage of RESULTS.md as two corpora: one speaker, and many.

    python -m benchmarks.footage DATA FOLDER

DATA holds a folder for each source, as named below; FOLDER gets known.yaml and many.yaml with their
lists of clips, to be given to snakemake. Nothing is copied.
"""

import csv
import sys
from pathlib import Path
from typing import Any

import yaml

from benchmarks.amount import amount

KNOWN = "grid_s1"
ONE_SPEAKER = (KNOWN, "grid_s31")
"""Folders that hold one speaker throughout; each clip of the others is of a speaker of its own."""
OTHERS = (
    *("grid_mixed", "hdtf_sadtalker", "voxceleb_pcavs", "lrs3_spectre"),
    *("video_retalking", "mead_spectre", "misc_frontal"),
)
DRAWING = {
    "train_refinement": {"steps": amount(6000, 4), "validate_every": amount(1000, 2)},
    "train_translation": {"steps": amount(2500, 4), "validate_every": amount(500, 2)},
}


def write_corpora(data: Path, folder: Path) -> None:
    """Write both configurations and their lists."""
    known = [(clip, "s1") for clip in _clips(data / KNOWN)]
    many = [
        (clip, _speaker(name, clip))
        for name in (*ONE_SPEAKER, *OTHERS)
        for clip in _clips(data / name)
    ]
    split = {"val": 0.08, "test": 0.28}
    _write(folder, "known", known, {"split": split}, DRAWING)
    _write(folder, "many", many, {"split": split}, {})


def _write(
    folder: Path,
    name: str,
    rows: list[tuple[Path, str]],
    corpus: dict[str, Any],
    more: dict[str, Any],
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    listing = folder / f"{name}.tsv"
    with listing.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t").writerows([("video", "speaker"), *rows])
    settings = {
        "results": str(folder / name),
        "corpus": {"videos": str(listing), **corpus},
        **more,
    }
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")


def _speaker(source: str, clip: Path) -> str:
    """Named by group first: ``unheard`` tells GRID and footage from elsewhere apart by it."""
    if source in ONE_SPEAKER:
        return source
    return f"grid_{clip.stem}" if source == "grid_mixed" else f"elsewhere_{source}_{clip.stem}"


def _clips(folder: Path) -> list[Path]:
    return sorted(p.absolute() for p in folder.iterdir() if p.suffix in {".mpg", ".mp4"})


if __name__ == "__main__":
    write_corpora(Path(sys.argv[1]), Path(sys.argv[2]))
