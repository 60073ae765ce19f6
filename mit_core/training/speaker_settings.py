"""Knobs of the speaker-aware branch's training."""

from dataclasses import dataclass, fields

from mit_core.errors import UserError
from mit_core.models.noise import NOISES
from mit_core.training.loop_settings import LoopSettings


@dataclass(frozen=True)
class SpeakerSettings:
    """How the speaker-aware branch is trained; the defaults suit minutes of speech and a laptop.

    Attributes:
        stretch: frames at 62.5 Hz that attention sees at once, <= 512; the paper's 256 are 4 s.
        batch_size: stretches a step.
        learning_rate: highest of the schedule.
        weight_decay: on matrices.
        dropout: between LSTM layers and inside attention (published 0 and .1); it trembles from
            frame to frame, which training then takes for motion of the head.
        ema: decay of the averaged model a step.
        noise: ``harmonic`` (motion that does not follow from the sound is drawn by chance) or
            ``none`` (as published: that motion is averaged away).
        style_weight: of how far and how fast the head moves, in the loss; 0 leaves the paper's own
            losses, head motion in L1 like everything else.
        follow_weight: of head motion that follows from the sound.
        discriminators: train against both of them (the paper's LSGAN).
        adversarial_weight: of their judgement; the paper's .001.
        by_utterance: standardise each clip by its own mean and deviation, not the corpus's.
        steps, minutes, validate_every, checkpoint_every, patience, seed: see ``LoopSettings``.
        initial: a speaker-aware checkpoint to start from, ours or the published one's.
    """

    stretch: int = 256
    batch_size: int = 2
    learning_rate: float = 4e-3
    weight_decay: float = 0.01
    dropout: float = 0.0
    ema: float = 0.99
    noise: str = "harmonic"
    style_weight: float = 3.0
    follow_weight: float = 0.3
    discriminators: bool = True
    adversarial_weight: float = 0.001
    by_utterance: bool = True
    steps: int = 500
    minutes: float | None = None
    validate_every: int = 100
    checkpoint_every: int = 100
    patience: int = 0
    seed: int = 0
    initial: str | None = None

    def __post_init__(self) -> None:
        if self.noise not in NOISES:
            raise UserError(f"noise is '{self.noise}': choose one of {', '.join(NOISES)}.")
        if not 64 <= self.stretch <= 512:
            raise UserError(f"stretch is {self.stretch}: give 64 to 512 frames.")

    def loop(self) -> LoopSettings:
        """The part of the settings that the training loop reads."""
        names = [field.name for field in fields(LoopSettings)]
        return LoopSettings(**{name: getattr(self, name) for name in names})
