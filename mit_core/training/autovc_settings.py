"""Knobs of AutoVC's training."""

from dataclasses import dataclass, fields

from mit_core.errors import UserError
from mit_core.training.loop_settings import LoopSettings

SIZES = ("small", "published")


@dataclass(frozen=True)
class AutoVCSettings:
    """How AutoVC is trained; the defaults suit minutes of speech and a laptop.

    Attributes:
        size: ``small`` (3.2 M parameters, a code every 8 frames) or ``published`` (14.3 M, every
            16 frames; for hours of speech). An initial checkpoint brings its own size.
        target: the voice that everything is converted to: a training speaker's name, the path of
            an embedding (.npy or .txt, 256 numbers), or None for the training speaker with the
            most speech.
        batch_size: crops a step.
        crop: frames of a crop, a multiple of 32; 128 are 2 s.
        learning_rate: highest of the schedule; None is the size's own, 2e-3 or 1e-4.
        weight_decay: on matrices.
        code_weight: of the difference between the codes of what was said and of its
            reconstruction, in the loss.
        steps, minutes, validate_every, checkpoint_every, patience, seed: see ``LoopSettings``.
        initial: a checkpoint to start from, ours or the published one's.
    """

    size: str = "small"
    target: str | None = None
    batch_size: int = 8
    crop: int = 128
    learning_rate: float | None = None
    weight_decay: float = 0.01
    code_weight: float = 1.0
    steps: int = 400
    minutes: float | None = None
    validate_every: int = 50
    checkpoint_every: int = 100
    patience: int = 0
    seed: int = 0
    initial: str | None = None

    def __post_init__(self) -> None:
        if self.size not in SIZES:
            raise UserError(f"size is '{self.size}': choose one of {', '.join(SIZES)}.")
        if self.crop < 32 or self.crop % 32:
            raise UserError(f"crop is {self.crop}: give a multiple of 32 frames.")

    def loop(self) -> LoopSettings:
        """The part of the settings that the training loop reads."""
        names = [field.name for field in fields(LoopSettings)]
        return LoopSettings(**{name: getattr(self, name) for name in names})
