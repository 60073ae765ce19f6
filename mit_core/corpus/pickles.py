"""A split's arrays in the layouts of others: the published code's pickles, and plain text."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np

from mit_core.corpus.dump import open_split
from mit_core.faces.export_text import write_landmark_text
from mit_core.faces.registration import published_pose
from mit_core.faces.standard_face import standard_face
from mit_core.files import written_whole


def dump_pickles(folder: Path, feature: str, fl: Path, au: Path, gaze: Path) -> None:
    """Write a split's three pickles in the layout that the published training code reads.

    ``fl``: list of (landmarks (T, 204), (index, name)). ``au``: list of (feature (T, 80) before
    mean and std, (index, name, embedding (256,))). ``gaze``: dict of lists ``rot_trans`` (T, 3, 4),
    ``rot_quat`` (T, 4) and ``anchor_t_shape`` (T, 204). The same order and the same T throughout.
    """
    data = open_split(folder, feature)
    anchor = standard_face().reshape(204).astype(np.float32)
    fls: list[Any] = []
    aus: list[Any] = []
    poses: dict[str, list[Any]] = {"rot_trans": [], "rot_quat": [], "anchor_t_shape": []}
    for i, (features, landmarks) in enumerate(data):
        span = data.span(i)
        fls.append((np.array(landmarks), (i, data.names[i])))
        aus.append((np.array(features), (i, data.names[i], np.array(data.embeddings[i]))))
        rot_trans, rot_quat = published_pose(data.quaternions[span], data.translations[span])
        poses["rot_trans"].append(rot_trans.astype(np.float32))
        poses["rot_quat"].append(rot_quat.astype(np.float32))
        poses["anchor_t_shape"].append(np.tile(anchor, (len(landmarks), 1)))
    for path, value in ((fl, fls), (au, aus), (gaze, poses)):
        with written_whole(path) as part, part.open("wb") as file:
            pickle.dump(value, file, protocol=4)  # the published code's Python is 3.6


def dump_text(folder: Path, output: Path) -> None:
    """Write a split's registered landmarks as ``output/{segment}.txt``: 204 numbers a frame."""
    data = open_split(folder)
    output.mkdir(parents=True, exist_ok=True)
    for name, (_, landmarks) in zip(data.names, data, strict=True):
        write_landmark_text(output / f"{name}.txt", landmarks)
