"""Pictures, and puppets, which are pictures with files beside them."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from mit_core.errors import UserError
from mit_core.faces.detectors import LandmarkDetector, open_detector
from mit_core.faces.portrait import portrait_landmarks
from mit_core.faces.puppet_beside import is_part_of_puppet, is_puppet
from mit_core.faces.puppet_files import read_puppet
from mit_core.faces.table_beside import table_beside
from mit_core.inspection.finding import Finding
from mit_core.media.image import read_image


def describe_picture(path: Path) -> Finding:
    """A portrait, and whether it can be brought to life; or a puppet."""
    image = read_image(path)
    height, width, channels = image.shape
    size = f"It is {width} x {height} pixels"
    size += ", with transparency." if channels == 4 else "."
    facts: dict[str, Any] = {"width": width, "height": height, "transparent": channels == 4}
    if is_puppet(path):
        return _puppet(path, size, facts)
    if is_part_of_puppet(path):
        part = "It is the background or annotation of the puppet beside it."
        return Finding("part of a puppet", (size, part), facts)
    given = table_beside(path).is_file()
    try:
        points = portrait_landmarks(path, image, *([] if given else [_detector()]))
    except UserError as error:
        return Finding("picture", (str(error), size), facts | {"face": False}, good=False)
    span = np.ptp(points[:, :2], axis=0)
    source = f"are in {table_beside(path).name} beside it" if given else "were found by MediaPipe"
    words = (
        size,
        f"Its landmarks {source}: a face of {span[0]:.0f} x {span[1]:.0f} pixels.",
        "Verdict: it can be brought to life.",
    )
    return Finding("portrait", words, facts | {"face": True, "landmarks_given": given})


@cache
def _detector() -> LandmarkDetector:
    """Opened once for however many pictures."""
    return open_detector()


def _puppet(path: Path, size: str, facts: dict[str, Any]) -> Finding:
    puppet = read_puppet(path, facts["width"], facts["height"])
    words = [
        size,
        f"It is a puppet of {len(puppet.used)} landmarks and {len(puppet.triangles)} triangles.",
    ]
    if puppet.background is not None:
        words.append(f"{puppet.background.name} is what is behind it.")
    words.append("Verdict: it can be brought to life.")
    more = {"triangles": len(puppet.triangles), "background": str(puppet.background or "")}
    return Finding("puppet", tuple(words), facts | more)
