"""Mean and standard deviation of the content feature, from the training split alone."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from mit_core.arrays import read_arrays
from mit_core.errors import UserError
from mit_core.files import write_arrays
from mit_core.sequences import Sequences

# A band that never changes (digital silence above a codec's cut-off) must not be blown up.
MINIMUM_STD = 1e-3  # of the feature's own units; mel runs from 0 to about 1


def write_scaling(train: Sequences, output: Path) -> None:
    """Write ``output`` (npz): mean (80,), std (80,) and frames over the training split.

    Raises:
        UserError: no segment is in the training split.
    """
    if not len(train):
        raise UserError(
            "No usable segment is in the training split. corpus/quarantine.tsv gives the reason "
            "for each rejected clip; mend those, point corpus.videos at more footage, or lower "
            "corpus.split.val and corpus.split.test."
        )
    mean, std, frames = running_mean_std(features for features, _ in train)
    write_arrays(
        output, {"mean": mean, "std": np.maximum(std, MINIMUM_STD), "frames": np.int64(frames)}
    )


def running_mean_std(arrays: Iterable[np.ndarray]) -> tuple[np.ndarray, np.ndarray, int]:
    """Mean and population standard deviation over the rows of all ``arrays``, shape = (F,) each.

    Merged array by array (Chan, Golub and LeVeque 1979), so that memory holds one at a time and
    no difference of large sums loses digits.
    """
    count, mean, squares = 0, np.zeros(1), np.zeros(1)
    for array in arrays:
        block = np.asarray(array, dtype=np.float64)
        n = len(block)
        if n == 0:
            continue
        block_mean = block.mean(axis=0)
        delta = block_mean - mean
        total = count + n
        squares = squares + ((block - block_mean) ** 2).sum(axis=0) + delta**2 * count * n / total
        mean = mean + delta * n / total
        count = total
    return mean, np.sqrt(squares / max(count, 1)), count


def read_scaling(path: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Read mean and standard deviation, shape = (F,) each, that ``write_scaling`` wrote."""
    arrays = read_arrays(path, ("mean", "std"))
    return arrays["mean"], arrays["std"]
