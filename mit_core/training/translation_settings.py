"""Knobs of the networks that draw frames: refinement of the warped portrait, and translation."""

from dataclasses import dataclass, fields
from typing import ClassVar, Literal

from mit_core.errors import UserError
from mit_core.models.refinement import WIDTHS
from mit_core.rendering.crop import SCALE
from mit_core.training.loop_settings import LoopSettings

SIZES = (64, 1024)
"""Least and most pixels a side."""


@dataclass(frozen=True)
class RefinementSettings:
    """How the refinement network is trained; the defaults suit minutes of footage and a laptop.

    Attributes:
        size: pixels a side of the face's crop; a multiple of 2 to the number of levels.
        crop: side of the crop over the longer side of the landmarks' box.
        widths: channels of the network's levels.
        batch_size: pairs of frames a step.
        learning_rate: highest of the schedule.
        weight_decay: on convolutions.
        mouth_weight: of the mouth's pixels in the L1 loss.
        square_weight: of the squared difference beside L1, the mouth's pixels weighted alike: few
            pixels that are far off (an outline beside its place) then count more.
        gradient_weight, ssim_weight: of those losses beside L1.
        texture_weight: of how much finer or smoother the frame is than the truth, place by place.
        perceptual: whose features are compared: ``efficientnet_lite0``, ``vgg19`` or ``none``.
        perceptual_weights: a file with VGG19's weights, torchvision's state dict.
        perceptual_weight: of the features' difference beside L1.
        style_weight: of the difference of the features' Gram matrices beside the features'.
        gain: exposure and colours of training pairs vary by up to this share.
        mirror: half of the pairs are turned left to right.
        sources: frames of each piece of footage that others are made from.
        pool_mb: memory that decoded footage may take; what does not fit takes turns.
        steps, minutes, validate_every, checkpoint_every, patience, seed: see ``LoopSettings``.
        initial: a checkpoint of this kind to start from; its widths are kept.
    """

    kind: ClassVar[Literal["translation", "refinement"]] = "refinement"

    size: int = 128
    crop: float = SCALE
    widths: tuple[int, ...] = WIDTHS
    batch_size: int = 8
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    mouth_weight: float = 5.0
    square_weight: float = 10.0
    gradient_weight: float = 0.25
    ssim_weight: float = 0.5
    texture_weight: float = 0.15
    perceptual: str = "efficientnet_lite0"
    perceptual_weights: str | None = None
    perceptual_weight: float = 0.02
    style_weight: float = 0.0
    gain: float = 0.15
    mirror: bool = False
    sources: int = 3
    pool_mb: float = 2000.0
    steps: int = 800
    minutes: float | None = None
    validate_every: int = 200
    checkpoint_every: int = 200
    patience: int = 0
    seed: int = 0
    initial: str | None = None

    def __post_init__(self) -> None:
        # a configuration file gives a list
        object.__setattr__(self, "widths", tuple(self.widths))
        least, most = SIZES
        multiple = 2 ** len(self.widths)
        if not least <= self.size <= most or self.size % multiple:
            raise UserError(
                f"size is {self.size}: give {least} to {most} pixels, a multiple of {multiple} for "
                f"the {len(self.widths)} levels of widths."
            )
        if self.batch_size < 1 or self.sources < 1:
            raise UserError("batch_size and sources are 1 at least.")

    def loop(self) -> LoopSettings:
        """The part of the settings that the training loop reads."""
        names = [field.name for field in fields(LoopSettings)]
        return LoopSettings(**{name: getattr(self, name) for name in names})


@dataclass(frozen=True)
class TranslationSettings(RefinementSettings):
    """How the translation network is trained; see ``RefinementSettings``.

    The defaults are a smaller network than the published one, whose widths are 64, 128, 256, 512,
    512, 512 at 256 pixels.
    """

    kind: ClassVar[Literal["translation", "refinement"]] = "translation"

    widths: tuple[int, ...] = (16, 32, 64, 128)
    square_weight: float = 0.0
    texture_weight: float = 0.1
    style_weight: float = 0.1
    sources: int = 2
    steps: int = 500
