"""SyncNet: sound and lips to embeddings that lie close together where the two belong together.

After Chung & Zisserman 2016 ("Out of time: automated lip sync in the wild"), with the layers of the
network that was published as ``syncnet_v2.model`` and by which LSE-C and LSE-D are taken. The file
is nobody's here: layers, names and sizes follow its published description, and **it has never been
run with the real weights**.
"""

from pathlib import Path

from torch import Tensor, nn

from mit_core.errors import UserError
from mit_core.models.entries import built
from mit_core.models.tensors import read_tensors, weights_in

WINDOW = 5
"""Frames at 25 fps that a pair of embeddings is of: 0.2 s."""
SIDE = 224
"""Pixels a side of the face crops."""
MFCC_WINDOW = 20
"""Frames of 13 coefficients at 100 Hz: the same 0.2 s."""
EMBEDDING = 1024

_HIDDEN = 512


class SyncNet(nn.Module):
    """The two halves of the network; modules are named as in the published file."""

    def __init__(self) -> None:
        super().__init__()
        self.netcnnaud = nn.Sequential(
            *_conv2d(1, 64, 3, 1),
            nn.MaxPool2d(1),
            *_conv2d(64, 192, 3, 1),
            nn.MaxPool2d(3, (1, 2)),
            *_conv2d(192, 384, 3, 1),
            *_conv2d(384, 256, 3, 1),
            *_conv2d(256, 256, 3, 1),
            nn.MaxPool2d(3, 2),
            *_conv2d(256, _HIDDEN, (5, 4), 0),
        )
        self.netfcaud = _head()
        self.netcnnlip = nn.Sequential(
            *_conv3d(3, 96, (WINDOW, 7, 7), 2, 0),
            nn.MaxPool3d((1, 3, 3), (1, 2, 2)),
            *_conv3d(96, 256, (1, 5, 5), 2, 1),
            nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1)),
            *_conv3d(256, 256, (1, 3, 3), 1, 1),
            *_conv3d(256, 256, (1, 3, 3), 1, 1),
            *_conv3d(256, 256, (1, 3, 3), 1, 1),
            nn.MaxPool3d((1, 3, 3), (1, 2, 2)),
            *_conv3d(256, _HIDDEN, (1, 6, 6), 1, 0),
        )
        self.netfclip = _head()

    def hear(self, mfcc: Tensor) -> Tensor:
        """Embeddings (N, 1024) of sound.

        Args:
            mfcc: shape = (N, 1, 13, 20), coefficients of ``speech.mfcc``.
        """
        embedded: Tensor = self.netfcaud(self.netcnnaud(mfcc).flatten(1))
        return embedded

    def see(self, faces: Tensor) -> Tensor:
        """Embeddings (N, 1024) of lips.

        Args:
            faces: shape = (N, 3, 5, 224, 224), channels blue, green, red, grey levels 0..255.
        """
        embedded: Tensor = self.netfclip(self.netcnnlip(faces).flatten(1))
        return embedded


def load_syncnet(path: str | Path, device: str = "cpu") -> SyncNet:
    """The network with the weights of ``syncnet_v2.model``, in evaluation mode.

    Raises:
        UserError: no such file, or not these weights.
    """
    weights = weights_in({"weights": read_tensors(path)}, "weights", path, "SyncNet")
    try:
        return built(SyncNet, weights, path, "SyncNet").to(device)
    except UserError as error:
        raise UserError(
            f"{path} holds no SyncNet weights: give the published syncnet_v2.model, or set "
            f"evaluate.syncnet to null. {error}"
        ) from error


def _conv2d(
    before: int, after: int, kernel: int | tuple[int, int], padding: int
) -> list[nn.Module]:
    return [nn.Conv2d(before, after, kernel, padding=padding), nn.BatchNorm2d(after), nn.ReLU()]


def _conv3d(
    before: int, after: int, kernel: tuple[int, int, int], stride: int, padding: int
) -> list[nn.Module]:
    """Stride and padding within the picture; time is taken as it comes."""
    within = nn.Conv3d(
        before, after, kernel, stride=(1, stride, stride), padding=(0, padding, padding)
    )
    return [within, nn.BatchNorm3d(after), nn.ReLU()]


def _head() -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(_HIDDEN, _HIDDEN),
        nn.BatchNorm1d(_HIDDEN),
        nn.ReLU(),
        nn.Linear(_HIDDEN, EMBEDDING),
    )
