"""How long one warped frame takes on one thread."""

import time

import cv2
import numpy as np
from skimage.data import astronaut

from benchmarks.amount import amount
from mit_core.faces.detectors import open_detector
from mit_core.rendering.warp import MeshWarp

SIZE = 512
FRAMES = amount(120, 5)


def render_warp() -> dict[str, float]:
    """Time ``MeshWarp`` on a 512 x 512 picture, small face and face filling the picture.

    Returns:
        CPU milliseconds a frame (median; a busy machine does not matter) for both, and rendered
        frames a second for the slower one.
    """
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        picture = np.ascontiguousarray(astronaut())
        close = cv2.resize(picture[5:195, 133:323], (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)
        small, full = _milliseconds(picture), _milliseconds(close)
    finally:
        cv2.setNumThreads(threads)
    return {
        "render_ms_small_face": small,
        "render_ms_full_face": full,
        "render_frames_per_second": 1000 / max(small, full),
    }


def _milliseconds(image: np.ndarray) -> float:
    detector = open_detector("mediapipe")
    try:
        found = detector.detect(image)
    finally:
        detector.close()
    assert found is not None
    warp = MeshWarp(image, found.points)
    scale = np.linalg.norm(found.points[45] - found.points[36])
    taken = []
    for k in range(FRAMES):
        points = found.points.copy()
        points[:, 0] += 0.05 * scale * np.sin(k / 9)
        points[[5, 6, 7, 8, 9, 10, 11, 55, 56, 57, 58, 59, 65, 66, 67], 1] += (
            0.2 * scale * np.sin(k / 3) ** 2
        )
        points[[37, 38, 43, 44], 1] += 0.1 * scale * np.sin(k / 20) ** 8
        start = time.thread_time()
        warp.render(points)
        taken.append(time.thread_time() - start)
    return 1000 * float(np.median(taken))


if __name__ == "__main__":
    for name, value in render_warp().items():
        print(f"{name}: {value:.1f}")
