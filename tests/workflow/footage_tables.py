"""Real footage, as a user lists it."""

import csv
from pathlib import Path


def table(path: Path, rows: list[tuple[Path, str]]) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t")
        writer.writerows([("video", "speaker"), *rows])
    return str(path)


def clips(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in {".mpg", ".mp4", ".m4a"})
