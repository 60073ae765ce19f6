"""Knobs of the content branch's training."""

from dataclasses import dataclass, fields

from mit_core.errors import UserError
from mit_core.models.checkpoint import BASES
from mit_core.training.loop_settings import LoopSettings

RECIPES = ("chunks", "published")


@dataclass(frozen=True)
class ContentSettings:
    """How the content branch is trained; the defaults suit minutes of speech and a laptop.

    Attributes:
        recipe: ``chunks`` (learns from minutes of footage) or ``published`` (MakeItTalk's own loss
            and optimiser: one clip a batch, for hours of footage or fine-tuning its checkpoint).
        base: what displacements are measured from, ``speaker_mean`` or ``closed``.
        predict_frame: which frame of the 18-frame window is predicted, 0..17; published
            checkpoints expect 0, and 12 hears 0.19 s before and 0.08 s after.
        batch_size: chunks a step (``chunks``; ``published`` takes one clip).
        learning_rate: highest of the schedule; None is the recipe's own, 1e-3 or 1e-4.
        weight_decay: on matrices (``chunks``).
        dropout: between LSTM layers; None is the recipe's own, .3 or .5.
        mouth_weight: of the mouth points in the loss (``chunks``).
        ema: decay of the averaged model a step (``chunks``).
        frequency_shift: voices varied in pitch of formants by up to exp(+-this); 0 is off. .08 to
            .17 helps voices like the trained ones that were never heard, and costs the known.
        gain_db: level varied by up to this many decibels; 0 is off.
        by_utterance: standardise each clip by its own mean and deviation, not the corpus's: as
            good on voices it learned from, and better on others.
        steps, minutes, validate_every, checkpoint_every, patience, seed: see ``LoopSettings``.
        initial: a checkpoint to start from, ours or the published one's.
    """

    recipe: str = "chunks"
    base: str = "speaker_mean"
    predict_frame: int = 12
    batch_size: int = 48
    learning_rate: float | None = None
    weight_decay: float = 0.01
    dropout: float | None = None
    mouth_weight: float = 3.0
    ema: float = 0.99
    frequency_shift: float = 0.0
    gain_db: float = 0.0
    by_utterance: bool = True
    steps: int = 600
    minutes: float | None = None
    validate_every: int = 100
    checkpoint_every: int = 200
    patience: int = 0
    seed: int = 0
    initial: str | None = None

    def __post_init__(self) -> None:
        for key, value, known in (
            ("recipe", self.recipe, RECIPES),
            ("base", self.base, BASES),
        ):
            if value not in known:
                raise UserError(f"{key} is '{value}': choose one of {', '.join(known)}.")

    def loop(self) -> LoopSettings:
        """The part of the settings that the training loop reads."""
        names = [field.name for field in fields(LoopSettings)]
        return LoopSettings(**{name: getattr(self, name) for name in names})
