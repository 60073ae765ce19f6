"""Ten seconds of speech from landmarks to a video file, by each renderer and by the naive way."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.amount import amount
from benchmarks.speaking import speaking, write_speaker
from mit_core.clocks import FEATURE_HZ
from mit_core.demo.portrait import actor
from mit_core.media.image import read_image
from mit_core.media.video import VideoWriter
from mit_core.models.drawing import DrawingNetwork
from mit_core.models.exported import ExportedGraph
from mit_core.models.folding import folded
from mit_core.models.refinement import RefinementNetwork
from mit_core.models.translation_checkpoint import TranslationCheckpoint, make_network
from mit_core.rendering.film import Settings, render_animation
from mit_core.rendering.sketch import draw_sketch

SECONDS, LONG = amount((10.0, 60.0), (1.0, 2.0))
FPS = 25.0
SIDE = 256
THREADS = 2
NAIVE_FRAMES = amount(20, 1)  # timed of the naive way's 625, which all cost the same
RATE_RUNS = amount(7, 1)
MATRIX = amount(2048, 256)  # side of the matrices whose product tells what the machine can do

RENDERERS = (("mesh_warp", 512), ("mesh_warp", SIDE), ("refinement", SIDE), ("translation", SIDE))


def render_speech() -> list[tuple[str, str]]:
    """Time each renderer in a process of its own, beside the naive way.

    The naive way is the published one: frames at 62.5 a second, one at a time through the 69.9 M
    network in eager float32. Its loading is not counted, the renderers' is. The networks have
    random weights.

    Returns:
        Lines of a table, name and value.
    """
    naive = {
        "wall": _measured("naive", SIDE, SECONDS, THREADS)["wall"],
        # threads that wait for each other on a busy machine would be counted as work
        "cpu": _measured("naive", SIDE, SECONDS, 1)["cpu"],
    }
    lines = [("naive, 62.5 fps", f"{naive['wall']:7.1f} s {naive['cpu']:7.1f} CPU-s")]
    for name, side in RENDERERS:
        found = _measured(name, side, SECONDS, THREADS)
        faster = [naive[key] / found[key] for key in ("wall", "cpu")]
        lines.append(
            (
                f"{name} at {side}",
                f"{found['wall']:7.1f} s {found['cpu']:7.1f} CPU-s {found['peak']:6.0f} MB; "
                f"{faster[0]:.1f} times faster (CPU-s {faster[1]:.1f})",
            )
        )
    for name in ("mesh_warp", "refinement"):
        long = _measured(name, SIDE, LONG, THREADS)
        lines.append((f"{name} at {SIDE}, {LONG:.0f} s", f"{long['peak']:26.0f} MB"))
    return lines + _rates()


def _peak_megabytes() -> float:
    """The most that this process held; getrusage would also count what its parent did."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _measured(name: str, side: int, seconds: float, threads: int) -> dict[str, float]:
    what = map(str, (name, side, seconds, threads))
    arguments = [sys.executable, "-m", "benchmarks.render_speech", *what]
    said = subprocess.run(arguments, check=True, stdout=subprocess.PIPE).stdout
    found: dict[str, float] = json.loads(said.splitlines()[-1])
    return found


def _measure(name: str, side: int, seconds: float, threads: int) -> dict[str, float]:
    """Seconds from landmarks to the video file, and the most memory this process had, MB."""
    cv2.setNumThreads(1)
    torch.set_num_threads(threads if name == "naive" else 1)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        portrait, landmarks, sound = write_speaker(folder, side, seconds)
        film = folder / "film.mp4"
        if name == "naive":
            return _naive(read_image(portrait), landmarks, seconds, film)
        checkpoint = None
        if name in ("translation", "refinement"):
            checkpoint = folder / "network.pt"
            _random(name).save(checkpoint)
        frames = speaking(landmarks, seconds, FPS)
        started, cpu = time.perf_counter(), _cpu_seconds()
        render_animation(
            portrait, landmarks, frames, FPS, sound, film, Settings(name), checkpoint, threads
        )
        return {
            "wall": time.perf_counter() - started,
            "cpu": _cpu_seconds() - cpu,
            "peak": _peak_megabytes(),
        }


def _naive(
    image: np.ndarray, landmarks: np.ndarray, seconds: float, film: Path
) -> dict[str, float]:
    """Seconds that all frames would take, from those that a few of them take."""
    network = _random("translation").model
    with torch.inference_mode(), VideoWriter(film, FEATURE_HZ, SIDE, SIDE) as video:
        for frame, points in enumerate(speaking(landmarks, seconds, FEATURE_HZ)):
            if frame == 1:  # the first one also makes the machine ready
                started, cpu = time.perf_counter(), _cpu_seconds()
            video.write(_naive_frame(network, image, points))
            if frame == NAIVE_FRAMES:
                break
        wall, cpu = time.perf_counter() - started, _cpu_seconds() - cpu
    times = seconds * FEATURE_HZ / NAIVE_FRAMES
    return {"wall": wall * times, "cpu": cpu * times}


def _naive_frame(network: torch.nn.Module, image: np.ndarray, points: np.ndarray) -> np.ndarray:
    both = [draw_sketch(points)[..., ::-1], image[..., ::-1]]
    given = np.concatenate([picture.transpose(2, 0, 1) for picture in both]).astype(np.float32)
    drawn = torch.tanh(network(torch.from_numpy(given / 255)[None]))[0].numpy()
    return np.ascontiguousarray(
        (drawn.clip(0, 1).transpose(1, 2, 0) * 255).astype(np.uint8)[..., ::-1]
    )


def _rates() -> list[tuple[str, str]]:
    """Work done a CPU-second by one core, beside a matrix product's; how equal frames are."""
    torch.set_num_threads(1)
    lines = [("matrix product, one core", f"{_product_rate():7.0f} GFLOP/s")]
    picture, landmarks = actor(SIDE).image, actor(SIDE).landmarks
    sketch = draw_sketch(landmarks)
    for kind in ("translation", "refinement"):
        checkpoint = _random(kind)
        draw = DrawingNetwork(checkpoint)
        seconds = _median_cpu(partial(draw, sketch[None], picture[None]))
        work = [_gflop(network) for network in (checkpoint.model, folded(checkpoint.model))]
        lines.append(
            (
                f"{kind} network, one core",
                f"{1000 * seconds:7.1f} CPU-ms a frame; {work[0]:.1f} GFLOP, folded {work[1]:.1f}, "
                f"{work[1] / seconds:.0f} GFLOP/s",
            )
        )
        if kind == "translation":
            with torch.inference_mode():
                naive = _naive_frame(checkpoint.model, picture, landmarks)
            apart = np.abs(draw(sketch[None], picture[None])[0] - naive).max()
            lines.append(("translation, furthest from naive", f"{apart:7.2f} grey levels"))
    return lines


def _product_rate() -> float:
    """GFLOP/s of the product of two float32 matrices by the library that is fastest at it here."""
    factors = np.random.default_rng(0).random((2, MATRIX, MATRIX), np.float32)
    first, second = torch.from_numpy(factors)
    layer = torch.nn.Linear(MATRIX, MATRIX, bias=False)
    ways = (
        partial(np.matmul, *factors),
        partial(torch.matmul, first, second),
        partial(ExportedGraph(layer, first), factors[0]),
    )
    return 2e-9 * MATRIX**3 / min(_median_cpu(way) for way in ways)


def _random(kind: str) -> TranslationCheckpoint:
    """A network at 256 pixels of random weights."""
    torch.manual_seed(0)
    if kind == "translation":
        return TranslationCheckpoint("translation", make_network("translation").eval(), SIDE, 1.6)
    network = RefinementNetwork().eval()
    torch.nn.init.normal_(network.last.weight, std=0.01)
    return TranslationCheckpoint("refinement", network, SIDE, 1.6)


def _gflop(network: torch.nn.Module) -> float:
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        network(torch.zeros(1, 6, SIDE, SIDE))
    return counter.get_total_flops() / 1e9


def _median_cpu(work: Callable[[], object]) -> float:
    work()
    taken = []
    for _ in range(RATE_RUNS):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return float(np.median(taken))


def _cpu_seconds() -> float:
    """Of this process and of the encoders that have ended."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        what, pixels, lasting, cores = sys.argv[1:]
        print(json.dumps(_measure(what, int(pixels), float(lasting), int(cores))))
    else:
        for title, value in render_speech():
            print(f"{title:<36}{value}")
