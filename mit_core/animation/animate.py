"""Speech and a portrait -> the portrait's landmarks over time."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mit_core.animation.animation import Animation
from mit_core.animation.blinks import closing_times, lid_closure
from mit_core.animation.head import head_turns, turn_head
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
    "postprocess": ("resting", "published"),
    "head_motion": ("natural", "none"),
    "blinks": ("natural", "none"),
}


@dataclass(frozen=True)
class Settings:
    """How a portrait is animated.

    Attributes:
        fps: frames a second of the animation.
        postprocess: ``resting`` (closed lips are the checkpoint's resting face) or ``published``
            (rest guessed from each coordinate, as MakeItTalk did).
        amp_lip_x, amp_lip_y: gains of the mouth's motion, sideways and up and down.
        rest_in_pauses: the mouth comes to rest where nobody speaks.
        blinks: ``natural`` or ``none``.
        head_motion: ``natural`` or ``none``.
        head_strength: gain of the head's motion; 1 turns by about 2 degrees.
        seed: of blinks and head motion.
    """

    fps: float = 25.0
    postprocess: str = "resting"
    amp_lip_x: float = 1.0
    amp_lip_y: float = 1.0
    rest_in_pauses: bool = True
    blinks: str = "natural"
    head_motion: str = "natural"
    head_strength: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        for key, allowed in _CHOICES.items():
            if getattr(self, key) not in allowed:
                raise UserError(
                    f"animate.{key} is '{getattr(self, key)}'; choose one of: {', '.join(allowed)}"
                )
        if not 1 <= self.fps <= 240:
            raise UserError(f"animate.fps is {self.fps}; give 1 to 240 frames a second")


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
        speaker: the published speaker-aware branch, which then moves the head instead.

    Raises:
        UserError: the landmarks form no face.
    """
    settings = settings or Settings()
    if settings.postprocess == "published" and checkpoint.adopted:
        portrait = published_portrait(points, checkpoint.mean_face)
        manner = None
        if speaker is not None:
            manner = published_manner(speaker.predict(feature, speech.embedding))
        # these networks were trained to be told the very face that they move
        displacement = checkpoint.predict(feature, portrait.face)
        amps = settings.amp_lip_x, settings.amp_lip_y
        moving = published_face(displacement, portrait.face, *amps, manner)
    else:
        portrait = face_of_portrait(points)
        moving = _talk(speech, feature, checkpoint, portrait.face, settings)

    count = frames_of(speech.seconds, settings.fps)
    shown = resample(moving, FEATURE_HZ, settings.fps, count)
    opening = mouth_opening(shown)
    # one stream of chance each: switching one off leaves the other as it was
    blink_rng, head_rng = np.random.default_rng([settings.seed, speech.n_samples]).spawn(2)
    if settings.blinks == "natural":
        closing = closing_times(speech.seconds, blink_rng)
        shown = close_lids(shown, lid_closure(count, settings.fps, closing))
    if settings.head_motion == "natural" and speaker is None:
        shown = turn_head(shown, head_turns(count, settings.fps, settings.head_strength, head_rng))
    return Animation(
        landmarks=to_image(shown, portrait),
        mouth_opening=opening.astype(np.float32),
        fps=float(settings.fps),
        portrait=to_image(portrait.face[None], portrait)[0],
    )


def _talk(
    speech: SpeechFeatures,
    feature: Array,
    checkpoint: ContentCheckpoint,
    face: Array,
    settings: Settings,
) -> Array:
    """The portrait's face while it talks, head still; (T, 204), face units, 62.5 Hz."""
    amps = settings.amp_lip_x, settings.amp_lip_y
    base = checkpoint.rest_face if checkpoint.base == "closed" else checkpoint.mean_face
    displacement = checkpoint.predict(feature, base)
    if settings.postprocess == "published":
        return published_face(displacement, close_mouth(face), *amps)
    motion = base + displacement - checkpoint.rest_face
    voiced = speech.speech if settings.rest_in_pauses else None
    return talking_face(motion, checkpoint.rest_face, face, voiced, *amps)
