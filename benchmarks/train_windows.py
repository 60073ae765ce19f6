"""Training's speed: windows a second, beside a loader that stacks windows in Python."""

import time
from pathlib import Path

import numpy as np

from benchmarks.amount import amount
from benchmarks.made_up import made_up_sequences
from benchmarks.train_steps import steps_a_second
from mit_core.models.windows import WINDOW
from mit_core.training.chunks import ChunkRecipe
from mit_core.training.content_settings import ContentSettings
from mit_core.training.data import PREDICTED, ChunkSampler
from mit_core.training.hardware import Hardware, limited_threads, open_fabric
from mit_core.training.published import PublishedRecipe

BATCHES = amount(40, 4)


def train_windows(folder: Path, threads: int = 1) -> dict[str, float]:
    """Time loading and training on made-up sequences, memory-mapped from ``folder``.

    Both loaders give pairs of one window and its landmark frame; ours share the frames of
    neighbouring windows, as its training does, the other stacks each window's 18 frames one by one
    as the published data set does. Both trainings take the same network.

    Returns:
        In CPU seconds, so that a busy machine does not matter: windows a second loaded by each way
        and their ratio; windows a second trained by the recipes ``chunks`` and ``published`` and
        their ratio.
    """
    data = made_up_sequences(folder)
    sampler, rng = ChunkSampler(data, 12), np.random.default_rng(0)
    started = time.process_time()
    for _ in range(BATCHES):
        sampler.chunks(rng, 32)
    ours = BATCHES * 32 * PREDICTED / (time.process_time() - started)
    started = time.process_time()
    windows = _stacked_in_python(data.features[data.span(0)], data.landmarks[data.span(0)])
    theirs = windows / (time.process_time() - started)
    fabric = open_fabric(Hardware())
    with limited_threads(threads):
        chunks = steps_a_second(ChunkRecipe(data, data, ContentSettings(), fabric))
        published = steps_a_second(PublishedRecipe(data, data, ContentSettings(), fabric))
    trained = chunks * ContentSettings().batch_size * PREDICTED
    # a clip of 640 frames, its start moved by a tenth on average, gives the 512 windows allowed
    trained_published = published * 512
    return {
        "loaded_windows_per_second": ours,
        "stacked_in_python_windows_per_second": theirs,
        "loading_ratio": ours / theirs,
        "trained_windows_per_second": trained,
        "published_trained_windows_per_second": trained_published,
        "training_ratio": trained / trained_published,
    }


def _stacked_in_python(features: np.ndarray, landmarks: np.ndarray) -> int:
    heard, seen = [], []
    for start in range(len(features) - WINDOW):
        heard.append(np.stack([np.array(features[start + i]) for i in range(WINDOW)]))
        seen.append(np.array(landmarks[start]))
    return len(np.stack(heard)) if len(seen) else 0
