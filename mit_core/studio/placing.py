"""Landmarks placed by hand: kept beside the studio's picture, given out as files."""

import io
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from mit_core.faces.landmark_table import write_landmark_table
from mit_core.faces.puppet_writing import write_puppet
from mit_core.faces.table_beside import table_beside
from mit_core.media.image import read_image, write_image
from mit_core.studio.store import Medium


def place(portrait: Medium, points: npt.NDArray[np.floating]) -> None:
    """Write landmarks (68, 2) beside the studio's copy of a picture."""
    write_landmark_table(table_beside(portrait.path), points)


def table_to_give(portrait: Medium, points: npt.NDArray[np.floating]) -> str:
    """A table of landmarks in the pixels of the picture as it was given, not as it was kept."""
    width, height = portrait.facts["size"]
    wide, high = portrait.facts["original"]
    factor = np.array([wide / width, high / height, wide / width])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.tsv"
        write_landmark_table(path, points * factor)
        return path.read_text(encoding="utf-8")


def puppet_to_give(portrait: Medium, points: npt.NDArray[np.floating], name: str) -> bytes:
    """A zip of a folder ``name``: the studio's picture with MakeItTalk's files of a puppet.

    Raises:
        UserError: the landmarks form no face.
    """
    image = read_image(portrait.path)
    zipped = io.BytesIO()
    with TemporaryDirectory() as folder, zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as zip_:
        picture = Path(folder) / f"{name}.png"
        write_image(picture, image)
        files = write_puppet(picture, points, image.shape[1], image.shape[0])
        for path in (picture, *files):
            zip_.write(path, f"{name}/{path.name}")
    return zipped.getvalue()
