"""All benchmarks: preparation, training, rendering. CPU seconds where only one thread works."""

import logging
import os
import tempfile
from pathlib import Path

# One thread: figures of a busy machine are then still comparable with those of a quiet one.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from benchmarks.planning import plan_videos
from benchmarks.render_speech import render_speech
from benchmarks.render_warp import render_warp
from benchmarks.stages import bench_stages
from benchmarks.train_steps import train_steps
from benchmarks.train_windows import train_windows


def main() -> None:
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as folder:
        seconds = plan_videos(Path(folder) / "planning")
        print(f"Planning 1,000 videos: {seconds:.1f} s")
        print("Preparation: seconds of work a minute of video, one core")
        for stage, seconds in bench_stages(Path(folder) / "stages"):
            print(f"  {stage:<28}{seconds:8.2f}")
        training = Path(folder) / "training"
        training.mkdir()
        print("Training: windows a second, beside windows stacked in Python; one thread")
        for name, value in train_windows(training).items():
            print(f"  {name:<44}{value:14.1f}")
        print("Training: steps a second at each recipe's defaults; one thread")
        for name, value in train_steps(training).items():
            print(f"  {name:<44}{value:14.2f}")
        print("Rendering: mesh warp at 512 x 512, one thread")
        for name, value in render_warp().items():
            print(f"  {name:<44}{value:14.1f}")
        print("Rendering: 10 s of speech to a video file; two cores, peak memory")
        for name, line in render_speech():
            print(f"  {name:<36}{line}")


if __name__ == "__main__":
    main()
