"""Losses of the speaker-aware branch: what can be foretold, and how the rest of it moves.

Most head motion does not follow from what is said. An L1 loss answers that with a head at rest,
since the middle of all possible motions is none. Head motion is therefore judged by its size and
speed, and only its mean over chance by the truth; L1 keeps what is not head motion.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mit_core.clocks import FEATURE_HZ
from mit_core.faces.head_motion import steady_readout, turned_and_shifted
from mit_core.faces.scheme import STEADY
from mit_core.training.losses import laplacian

_STILL = 0.01
"""Power below which motion counts as none, where 1 is the corpus's: a tenth of its deviation."""
_SPEED_SCALE = 0.25
"""Seconds in which a head moves by about its deviation, so that speeds are near 1, too."""

_STEADY_COLUMNS = [3 * point + axis for point in STEADY for axis in range(3)]


@dataclass(frozen=True)
class Parts:
    """Displacement taken apart.

    Attributes:
        head: shape = (..., T, 6), pitch, yaw, roll, x, y, z, each by its own deviation.
        rest: shape = (..., T, 204), what is not head motion, by its deviation.
    """

    head: Tensor
    rest: Tensor


class Taking:
    """Takes displacement apart into head motion and the rest, to first order.

    Args:
        face: shape = (204,), face units, what displacement is measured from.
        sample: shape = (N, 204), true displacement, which deviations are taken from.
        device: torch device.
    """

    def __init__(
        self,
        face: npt.NDArray[np.floating],
        sample: npt.NDArray[np.floating],
        device: torch.device | str = "cpu",
    ):
        readout = steady_readout(face)
        spread = turned_and_shifted(face)
        head = sample[:, _STEADY_COLUMNS] @ readout
        # A corpus of still heads has no deviation to divide by.
        deviation = np.maximum(np.sqrt(np.square(head).mean(axis=0)), 1e-4)
        rest = sample - head @ spread
        self.rest_deviation = max(float(np.sqrt(np.square(rest).mean())), 1e-4)
        self._readout = torch.tensor(readout / deviation, dtype=torch.float32, device=device)
        self._spread = torch.tensor(spread * deviation[:, None], dtype=torch.float32, device=device)

    def __call__(self, displacement: Tensor) -> Parts:
        """Parts of displacement (..., T, 204) in face units."""
        head = displacement[..., _STEADY_COLUMNS] @ self._readout
        return Parts(head, (displacement - head @ self._spread) / self.rest_deviation)


def style_loss(predicted: Tensor, true: Tensor) -> Tensor:
    """How wrongly heads move: |log ratio| of three sizes of motion, mean over axes.

    The sizes are the root mean square of the place, of the place from the stretch's own mean, and
    of the speed. An axis counts by its share of the true motion: a head that turns far from side to
    side is known by that, not by how little it rolls.

    Args:
        predicted: shape = (K, B, T, 6), by the corpus's deviation.
        true: shape = (B, T, 6).
    """
    wanted = _log_sizes(true)
    share = wanted.exp()
    share = share / share.mean(dim=-1, keepdim=True)
    return ((_log_sizes(predicted) - wanted).abs() * share).mean()


def follow_loss(predicted: Tensor, true: Tensor) -> Tensor:
    """Squared error of the motion's mean over chance, which does not punish chance itself.

    For two independent noises the product of both errors has (mean - truth)^2 as its expectation:
    the variance between noises drops out. With one it is the plain squared error.

    Args:
        predicted: shape = (K, B, T, 6), K <= 2.
        true: shape = (B, T, 6).
    """
    return ((predicted[0] - true) * (predicted[-1] - true)).mean()


def rest_loss(predicted: Tensor, true: Tensor) -> tuple[Tensor, Tensor]:
    """L1 of landmarks (K, B, T, 204) to (B, T, 204), and L1 of their Laplacians."""
    true = true.expand_as(predicted)
    shape = laplacian(predicted.reshape(-1, 204)) - laplacian(true.reshape(-1, 204))
    return (predicted - true).abs().mean(), shape.abs().mean()


def judged(scores: tuple[Tensor, ...], real: bool) -> Tensor:
    """Least-squares GAN loss of scores: distance to 1 for filmed faces, to 0 for predicted ones."""
    goal = 1.0 if real else 0.0
    return torch.stack([(score - goal).square().mean() for score in scores]).sum()


def _log_sizes(motion: Tensor) -> Tensor:
    """shape = (..., T, 6) -> (..., 3, 6)."""
    speed = motion.diff(dim=-2) * (FEATURE_HZ * _SPEED_SCALE)
    own = motion - motion.mean(dim=-2, keepdim=True)
    powers = torch.stack([m.square().mean(dim=-2) for m in (motion, own, speed)], dim=-2)
    return 0.5 * (powers + _STILL).log()
