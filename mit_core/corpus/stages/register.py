"""Register: landmarks to face space at 62.5 Hz, the head's pose kept beside."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mit_core.arrays import read_arrays
from mit_core.corpus.layout import REGISTERED, results_of
from mit_core.corpus.shards import Item, Product, read_index, work_shard, write_index
from mit_core.faces.clock import resample, resample_quaternions
from mit_core.faces.mouth import most_closed_frame
from mit_core.faces.registration import Settings, register
from mit_core.faces.standard_face import standard_face
from mit_core.files import write_arrays
from mit_core.sequences import FEATURE_HZ, VIDEO_HZ, feature_frames


def register_shard(taken: Path, index: Path, *, settings: Mapping[str, Any], code: str) -> None:
    """Register the shard's segments to the standard face.

    ``registered.npz`` holds, at 62.5 Hz over T frames: landmarks (T, 204) in face units,
    quaternions (T, 4) wxyz and translations (T, 3) of the head, and face (204,), the most
    closed-mouth frame. T is the number of mel frames of the same stretch of sound.
    """
    results = results_of(index)
    standard = standard_face()
    registering = Settings(**settings)

    def work(item: Item, folder: Path) -> list[Product]:
        points = read_arrays(results / item.data["landmarks"], ("points",))["points"]
        fitted = register(points, standard, registering)
        frames = feature_frames(len(points))
        landmarks = resample(fitted.landmarks, VIDEO_HZ, FEATURE_HZ, frames).astype(np.float32)
        face = fitted.landmarks[most_closed_frame(fitted.landmarks.reshape(-1, 68, 3))]
        write_arrays(
            folder / REGISTERED,
            {
                "landmarks": landmarks,
                "quaternions": resample_quaternions(
                    fitted.quaternions, VIDEO_HZ, FEATURE_HZ, frames
                ),
                "translations": resample(fitted.translations, VIDEO_HZ, FEATURE_HZ, frames),
                "face": face.astype(np.float32),
                "scale": np.float64(fitted.scale),
            },
        )
        return [Product(item.id, item.seconds, {"registered": str(folder.relative_to(results))})]

    items = read_index(taken)
    done = work_shard(
        items, index.with_suffix(""), results=results, settings=settings, code=code, work=work
    )
    write_index(index, done)
