"""Landmarks: 68 points in 3-D on every frame of every segment."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mit_core.arrays import read_arrays
from mit_core.corpus.layout import BOXES, VIDEO, results_of
from mit_core.corpus.shards import Item, Product, read_index, work_shard, write_index
from mit_core.faces.detectors import open_detector
from mit_core.faces.landmarks import LandmarkSettings, extract_landmarks
from mit_core.files import write_arrays
from mit_core.media.video import read_frames
from mit_core.sequences import VIDEO_HZ


def landmarks_shard(
    taken: Path,
    index: Path,
    *,
    settings: Mapping[str, Any],
    device: str,
    code: str,
) -> None:
    """Find the landmarks of the shard's segments.

    A long gap in detection cuts a segment: each run becomes a segment of its own, whose
    ``landmarks.npz`` holds points (T, 68, 3) in pixels, confidence (T,) and interpolated (T,).
    """
    results = results_of(index)
    detector = open_detector(settings["detector"], device, settings["weights"])
    finding = LandmarkSettings(**{k: v for k, v in settings.items() if k not in _DETECTOR_KEYS})

    def work(item: Item, folder: Path) -> list[Product]:
        start, end = item.data["start_frame"], item.data["end_frame"]
        boxes = read_arrays(results / item.folder / BOXES, (item.id,))[item.id]
        frames = read_frames(results / item.data["media"] / VIDEO, start, end)
        runs = extract_landmarks(frames, boxes, detector, finding)
        products = []
        for number, run in enumerate(runs):
            name = item.id if len(runs) == 1 else f"{item.id}.{number:02d}"
            length = len(run.points)
            write_arrays(
                folder / f"{name}.npz",
                {
                    "points": run.points,
                    "confidence": run.confidence,
                    "interpolated": run.interpolated,
                },
            )
            data = {
                "start_frame": start + run.start,
                "end_frame": start + run.start + length,
                "landmarks": str((folder / f"{name}.npz").relative_to(results)),
                "detected_frames": int(np.sum(~run.interpolated)),
            }
            products.append(Product(name, length / VIDEO_HZ, data))
        kept = sum(len(run.points) for run in runs)
        if kept < end - start:
            lost = (end - start - kept) / VIDEO_HZ
            products.append(
                Product(
                    f"{item.id}@lost",
                    lost,
                    {},
                    "face_lost",
                    f"The face was lost for {lost:.2f} s, too long a gap to interpolate.",
                )
            )
        return products

    items = read_index(taken)
    try:
        done = work_shard(
            items, index.with_suffix(""), results=results, settings=settings, code=code, work=work
        )
    finally:
        detector.close()
    write_index(index, done)


_DETECTOR_KEYS = {"detector", "weights"}
