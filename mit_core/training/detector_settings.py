"""Knobs of a landmark detector's training."""

from dataclasses import dataclass, fields

from mit_core.errors import UserError
from mit_core.training.loop_settings import LoopSettings

_MULTIPLE = 64
"""Of a crop's side: heatmaps have a quarter of it, and an hourglass halves them four times."""


@dataclass(frozen=True)
class DetectorSettings:
    """How a detector is trained; the defaults suit a laptop.

    Attributes:
        size: pixels a side of the crops that the network reads, a multiple of 64.
        stacks: hourglasses one after the other.
        width: channels inside them, a multiple of 16.
        margin: side of a crop over the longer side of its landmarks' box.
        frames: frames of the footage that are learned from, evenly chosen.
        drawing_share: part of a batch that is hand-marked pictures, where there is footage too.
        drawn_look: how often a picture is made to look drawn: outlines, flat colours, grey; 0..1.
        batch_size: faces a step.
        learning_rate: highest of the schedule.
        weight_decay: on convolutions.
        steps, minutes, validate_every, checkpoint_every, patience, seed: see ``LoopSettings``.
        initial: a checkpoint of such a training to start from; size, stacks, width and margin are
            its own.
    """

    size: int = 128
    stacks: int = 1
    width: int = 64
    margin: float = 1.5
    frames: int = 800
    drawing_share: float = 0.25
    drawn_look: float = 0.3
    batch_size: int = 16
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    steps: int = 600
    minutes: float | None = None
    validate_every: int = 200
    checkpoint_every: int = 200
    patience: int = 0
    seed: int = 0
    initial: str | None = None

    def __post_init__(self) -> None:
        if self.size < _MULTIPLE or self.size % _MULTIPLE:
            raise UserError(f"size is {self.size}: give a multiple of {_MULTIPLE} pixels.")
        if self.width < 16 or self.width % 16 or self.stacks < 1:
            raise UserError(
                f"width is {self.width} and stacks {self.stacks}: give a multiple of 16 channels, "
                "and 1 hourglass at least."
            )
        for name in ("drawing_share", "drawn_look"):
            if not 0 <= getattr(self, name) <= 1:
                raise UserError(f"{name} is {getattr(self, name)}: give a part, 0 to 1.")
        if self.margin < 1 or self.batch_size < 1 or self.frames < 1:
            raise UserError("margin, batch_size and frames are 1 at least.")

    def loop(self) -> LoopSettings:
        """The part of the settings that the training loop reads."""
        names = [field.name for field in fields(LoopSettings)]
        return LoopSettings(**{name: getattr(self, name) for name in names})
