"""Speech and a portrait -> the portrait's landmarks over time."""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mit_core.animation.animation import Animation
from mit_core.animation.blinks import closing_times, lid_closure, published_times
from mit_core.animation.head import eased_in, head_turns, turn_head
from mit_core.animation.learned import Manner, learned_manner
from mit_core.animation.portrait_face import face_of_portrait, to_image
from mit_core.animation.published import published_face, published_manner, published_portrait
from mit_core.animation.resting import talking_face
from mit_core.clocks import FEATURE_HZ
from mit_core.errors import UserError
from mit_core.faces.clock import resample
from mit_core.faces.eyes import close_lids
from mit_core.faces.mouth import close_mouth, mouth_opening
from mit_core.models.checkpoint import ContentCheckpoint
from mit_core.models.speaker_checkpoint import SpeakerCheckpoint
from mit_core.speech.features import SpeechFeatures

Array = npt.NDArray[np.floating]

_CHOICES = {
    "postprocess": ("auto", "resting", "published"),
    "head_motion": ("learned", "natural", "none"),
    "blinks": ("natural", "published", "none"),
}


_PUBLISHED_AMP_LIP, _PUBLISHED_AMP_POS = 2.0, 0.5
"""Gains of the published inference."""


@dataclass(frozen=True)
class Settings:
    """How a portrait is animated.

    Attributes:
        fps: frames a second of the animation.
        postprocess: ``resting`` (closed lips are the checkpoint's resting face), ``published``
            (rest guessed from each coordinate, as MakeItTalk did), or ``auto``: ``published`` for
            the published checkpoints, ``resting`` for ours.
        amp_lip_x, amp_lip_y: gains of the mouth's motion, sideways and up and down; None is 2, as
            published, where post-processing is, else 1.
        rest_in_pauses: the mouth comes to rest where nobody speaks.
        blinks: ``natural``, ``published`` (nearly regular, twice as often) or ``none``.
        head_motion: ``learned`` (by the speaker-aware branch, brows with it), ``natural`` (a gentle
            idle motion of about 2 degrees) or ``none``.
        amp_pos: gain of that motion; None is .5, as published, for the published checkpoints, and
            1 otherwise.
        style: in whose manner the head moves as learned: a training speaker's name, the path of an
            embedding (.npy or .txt, 256 numbers), or None for the driving voice's own.
        seed: of blinks and head motion.
    """

    fps: float = 25.0
    postprocess: str = "auto"
    amp_lip_x: float | None = None
    amp_lip_y: float | None = None
    rest_in_pauses: bool = True
    blinks: str = "natural"
    head_motion: str = "natural"
    amp_pos: float | None = None
    style: str | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for key, allowed in _CHOICES.items():
            if getattr(self, key) not in allowed:
                raise UserError(
                    f"animate.{key} is '{getattr(self, key)}'; choose one of: {', '.join(allowed)}"
                )
        if not 1 <= self.fps <= 240:
            raise UserError(f"animate.fps is {self.fps}; give 1 to 240 frames a second")

    def for_checkpoint(self, adopted: bool) -> "Settings":
        """With every choice made that was left to the checkpoint.

        Args:
            adopted: it is the published one.
        """
        postprocess = self.postprocess
        if postprocess == "auto":
            postprocess = "published" if adopted else "resting"
        lips = _PUBLISHED_AMP_LIP if postprocess == "published" else 1.0
        head = _PUBLISHED_AMP_POS if adopted else 1.0
        return replace(
            self,
            postprocess=postprocess,
            amp_lip_x=lips if self.amp_lip_x is None else self.amp_lip_x,
            amp_lip_y=lips if self.amp_lip_y is None else self.amp_lip_y,
            amp_pos=head if self.amp_pos is None else self.amp_pos,
        )


def frames_of(seconds: float, fps: float) -> int:
    """Frames that a recording needs, the last one shown to its end; at least one."""
    return max(1, math.ceil(seconds * fps - 1e-6))


def animate(
    speech: SpeechFeatures,
    feature: npt.NDArray[np.floating],
    checkpoint: ContentCheckpoint,
    points: Array,
    settings: Settings | None = None,
    speaker: SpeakerCheckpoint | None = None,
) -> Animation:
    """Animate a portrait by speech.

    Args:
        speech: analysis of the recording.
        feature: shape = (T, F), its content feature at 62.5 Hz, not standardised.
        checkpoint: trained content branch.
        points: shape = (68, 2 or 3), the portrait's landmarks in pixels.
        settings: see ``Settings``.
        speaker: trained speaker-aware branch; wanted where the head moves as learned.

    Raises:
        UserError: the landmarks form no face; no such style; the speaker-aware branch is missing,
            or hears another feature.
    """
    settings = (settings or Settings()).for_checkpoint(checkpoint.adopted)
    amps = settings.amp_lip_x or 0.0, settings.amp_lip_y or 0.0
    amp_pos = settings.amp_pos or 0.0
    # one stream of chance each: switching one off leaves the other as it was
    blink_rng, head_rng = np.random.default_rng([settings.seed, speech.n_samples]).spawn(2)
    learned = _learned(speaker, checkpoint, settings)
    manner: Manner | None = None
    if settings.postprocess == "published" and checkpoint.adopted:
        portrait = published_portrait(points, checkpoint.mean_face)
        moved = None
        if learned is not None:
            style = learned.embedding_of(settings.style, speech.embedding)
            moved = published_manner(learned.predict(feature, style), amp_pos)
        # these networks were trained to be told the very face that they move
        displacement = checkpoint.predict(feature, portrait.face)
        moving = published_face(displacement, portrait.face, *amps, moved)
    else:
        portrait = face_of_portrait(points)
        moving = _talk(speech, feature, checkpoint, portrait.face, settings, amps)
        if learned is not None:
            style = learned.embedding_of(settings.style, speech.embedding)
            manner = learned_manner(learned, feature, style, int(head_rng.integers(2**32)))
            moving = moving + amp_pos * manner.brows[: len(moving)]

    count = frames_of(speech.seconds, settings.fps)
    shown = resample(moving, FEATURE_HZ, settings.fps, count)
    opening = mouth_opening(shown)
    if settings.blinks != "none":
        times = closing_times if settings.blinks == "natural" else published_times
        closing = times(speech.seconds, blink_rng)
        shown = close_lids(shown, lid_closure(count, settings.fps, closing))
    if settings.head_motion == "natural":
        shown = turn_head(shown, head_turns(count, settings.fps, amp_pos, head_rng))
    elif manner is not None:
        gain = amp_pos * eased_in(count, settings.fps)
        head = manner.head.resampled(FEATURE_HZ, settings.fps, count)
        shown = head.scaled(gain).apply(shown)
    return Animation(
        landmarks=to_image(shown, portrait),
        mouth_opening=opening.astype(np.float32),
        fps=float(settings.fps),
        portrait=to_image(portrait.face[None], portrait)[0],
    )


def _learned(
    speaker: SpeakerCheckpoint | None, content: ContentCheckpoint, settings: Settings
) -> SpeakerCheckpoint | None:
    """The branch that moves the head; None where something else does."""
    if settings.head_motion != "learned":
        return None
    if speaker is None:
        raise UserError(
            "animate.head_motion is 'learned', but there is no speaker-aware branch: train one "
            "(train_speaker), or choose natural or none."
        )
    if speaker.feature != content.feature:
        raise UserError(
            f"the speaker-aware branch hears {speaker.feature}, the content branch "
            f"{content.feature}: train both on one feature."
        )
    return speaker


def _talk(
    speech: SpeechFeatures,
    feature: Array,
    checkpoint: ContentCheckpoint,
    face: Array,
    settings: Settings,
    amps: tuple[float, float],
) -> Array:
    """The portrait's face while it talks, head still; (T, 204), face units, 62.5 Hz."""
    base = checkpoint.rest_face if checkpoint.base == "closed" else checkpoint.mean_face
    displacement = checkpoint.predict(feature, base)
    if settings.postprocess == "published":
        return published_face(displacement, close_mouth(face), *amps)
    motion = base + displacement - checkpoint.rest_face
    voiced = speech.speech if settings.rest_in_pauses else None
    return talking_face(motion, checkpoint.rest_face, face, voiced, *amps)
