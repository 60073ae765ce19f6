"""A portrait speaks, in Python: what the workflow's last four rules do, in one process."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from mit_core.animation.animate import Settings as AnimationSettings
from mit_core.animation.animate import animate
from mit_core.animation.animation import Animation
from mit_core.devices import device_here
from mit_core.errors import UserError
from mit_core.faces.detectors import LandmarkDetector, open_detector
from mit_core.faces.portrait import portrait_landmarks
from mit_core.faces.puppet_beside import is_puppet
from mit_core.faces.table_beside import table_beside
from mit_core.media.audio import read_audio
from mit_core.media.image import read_image
from mit_core.models.autovc_checkpoint import AutoVCCheckpoint, load_autovc
from mit_core.models.checkpoint import ContentCheckpoint, load_content
from mit_core.models.speaker_checkpoint import SpeakerCheckpoint, load_speaker
from mit_core.rendering.credits import credits_of
from mit_core.rendering.film import Settings as FilmSettings
from mit_core.rendering.film import render_animation
from mit_core.speaking.film import Film
from mit_core.speaking.networks import DRAWING, Networks, find_networks
from mit_core.speaking.outputs import container_of, refuse_input
from mit_core.speech.analysis import SpeechSettings, analyse_speech
from mit_core.speech.content_feature import open_content_feature
from mit_core.speech.features import SpeechFeatures

T = TypeVar("T")


@dataclass(frozen=True)
class Portrait:
    """A picture and its landmarks.

    Attributes:
        path: the picture.
        points: shape = (68, 3), float32, pixels.
        size: width and height, pixels.
    """

    path: Path
    points: npt.NDArray[np.float32]
    size: tuple[int, int]


@dataclass(frozen=True)
class Speech:
    """A recording and what the networks hear of it.

    Attributes:
        path: the recording.
        analysis: mel, F0, embedding.
        feature: shape = (T, F), what the content branch hears, 62.5 Hz.
    """

    path: Path
    analysis: SpeechFeatures
    feature: npt.NDArray[np.float32]


class TalkingHead:
    """The networks of a results folder, ready to bring portraits to life.

    Args:
        networks: see ``find_networks``.
        device: ``auto`` (a GPU where there is one), ``cpu``, ``cuda`` ...
        threads: cores that drawing uses.
        detector: finds the landmarks of portraits; MediaPipe's by default.
    """

    def __init__(
        self,
        networks: Networks,
        device: str = "auto",
        threads: int = 1,
        detector: LandmarkDetector | None = None,
    ):
        self.networks = networks
        self.device = device_here(device)
        self.threads = threads
        if detector is not None:
            self.detector = detector

    @classmethod
    def load(
        cls, results: str | Path, run: str | None = None, device: str = "auto", threads: int = 1
    ) -> "TalkingHead":
        """The networks that lie in a results folder.

        Raises:
            UserError: none are there.
        """
        return cls(find_networks(results, run), device, threads)

    @property
    def styles(self) -> list[str]:
        """Speakers in whose manner the head can move."""
        return sorted(self.speaker.speakers) if self.speaker is not None else []

    @property
    def renderers(self) -> list[str]:
        """What can draw a portrait here."""
        return ["auto", "mesh_warp", *self.networks.drawing]

    def portrait(self, path: str | Path) -> Portrait:
        """Read a picture and find its landmarks, or read them from the files beside it.

        Raises:
            UserError: it cannot be read, or no face is found in it.
        """
        image = read_image(path)
        given = is_puppet(path) or table_beside(path).is_file()
        points = portrait_landmarks(path, image, *([] if given else [self.detector]))
        return Portrait(Path(path), points, (image.shape[1], image.shape[0]))

    def speech(self, path: str | Path, **choices: Any) -> Speech:
        """Read a recording (a sound file, or a video's sound) and analyse it.

        Args:
            choices: the keys of the configuration's section ``speech``: ``loudness_dbfs``,
                ``f0_range``.

        Raises:
            ClipError: it cannot be read or is too short.
            UserError: a choice that does not exist, or the voice converter that the networks hear
                through is missing.
        """
        settings = _settings(SpeechSettings, choices, "speech")
        extract = open_content_feature(self.content.feature.partition(":")[0], self._converter)
        analysis = analyse_speech(read_audio(path), settings)
        return Speech(Path(path), analysis, extract(analysis).astype(np.float32))

    def move(self, portrait: Portrait, speech: Speech, **choices: Any) -> Animation:
        """The portrait's landmarks over time: no pixels yet, done in a moment.

        Args:
            choices: the keys of the configuration's section ``animate``: ``style``,
                ``head_motion``, ``amp_lip_y``, ``blinks``, ``fps``, ``seed`` ...

        Raises:
            UserError: a choice that does not exist.
        """
        settings = self._moving(choices)
        return animate(
            speech.analysis,
            speech.feature,
            self.content,
            portrait.points,
            settings,
            self.speaker if settings.head_motion == "learned" else None,
        )

    def check(self, **choices: Any) -> None:
        """Refuse choices that do not fit, before anything is read or made.

        Args:
            choices: as of ``animate``.

        Raises:
            UserError: one does not exist, or wants a network that is not there.
        """
        speaking, drawing, moving = by_section(choices)
        _settings(SpeechSettings, speaking, "speech")
        given = drawing.pop("checkpoint", None)
        settings = _settings(FilmSettings, drawing, "render")
        if settings.renderer not in self.renderers and given is None:
            raise UserError(
                f"The renderer {settings.renderer!r} is not among the trained networks; there are: "
                f"{', '.join(self.renderers)}."
            )
        motion = self._moving(moving)
        if motion.head_motion == "learned":
            if self.speaker is None:
                raise UserError(
                    f"A learned manner is wanted, and {self.networks.content} has no speaker-aware "
                    "branch beside it: train one (train_speaker), or take head_motion natural or "
                    "none, and no style."
                )
            self.speaker.embedding_of(motion.style, np.zeros(0))

    def draw(
        self,
        portrait: Portrait,
        speech: Speech,
        animation: Animation,
        output: str | Path,
        watch: Callable[[int, int], None] | None = None,
        **choices: Any,
    ) -> Film:
        """Draw the moving portrait, with its sound.

        Args:
            output: the video to write: ``.mp4``, ``.mov`` or ``.webm``; one that is there is
                replaced, unless it is the portrait or the speech.
            watch: told the frames drawn, and how many there will be.
            choices: the keys of the configuration's section ``render``: ``renderer``,
                ``checkpoint``, ``mark``, ``background``, ``crf``.

        Raises:
            UserError: a choice that does not exist, a network that is not there, or an output that
                is no video's name or one of the inputs.
        """
        container = container_of(output)
        refuse_input(output, portrait.path, speech.path)
        given = choices.pop("checkpoint", None)
        settings = _settings(FilmSettings, {**choices, "container": container}, "render")
        checkpoint = self._drawing(portrait.path, settings.renderer, given)
        used = {"content": self.networks.content, "speaker": self.networks.speaker}
        networks = {**used, "drawing": checkpoint}
        frames = render_animation(
            portrait.path,
            animation.portrait,
            _watched(animation.landmarks, watch),
            animation.fps,
            speech.path,
            output,
            settings,
            checkpoint=checkpoint,
            threads=self.threads,
            device=self.device,
            made_by=credits_of({name: path for name, path in networks.items() if path}),
        )
        return Film(Path(output), frames / animation.fps)

    def animate(
        self,
        portrait: str | Path,
        speech: str | Path,
        output: str | Path,
        watch: Callable[[int, int], None] | None = None,
        **choices: Any,
    ) -> Film:
        """A portrait speaking: read, move and draw in one call.

        Args:
            choices: of ``speech``, ``move`` and ``draw``.
        """
        container_of(output)
        refuse_input(output, portrait, speech)
        speaking, drawing, moving = by_section(choices)
        face, heard = self.portrait(portrait), self.speech(speech, **speaking)
        return self.draw(face, heard, self.move(face, heard, **moving), output, watch, **drawing)

    @cached_property
    def detector(self) -> LandmarkDetector:
        return open_detector("mediapipe", self.device, None)

    @cached_property
    def content(self) -> ContentCheckpoint:
        return load_content(self.networks.content, self.device)

    @cached_property
    def speaker(self) -> SpeakerCheckpoint | None:
        path = self.networks.speaker
        return None if path is None else load_speaker(path, self.device)

    @cached_property
    def _converter(self) -> AutoVCCheckpoint | None:
        """The voice converter that the content branch was trained to hear through."""
        kind, _, digest = self.content.feature.partition(":")
        if kind == "mel":
            return None
        for path in self.networks.autovc:
            found = load_autovc(path, self.device)
            if not digest or found.digest == digest:
                return found
        raise UserError(
            f"{self.networks.content} hears voices converted by an AutoVC that is not among the "
            "results (models/autovc/RUN/best.pt): train it again, or put it there."
        )

    def _moving(self, choices: dict[str, Any]) -> AnimationSettings:
        """How it moves: as learned where there is a branch that did, or where a manner is named."""
        learned = self.speaker is not None or choices.get("style") is not None
        head = "learned" if learned else "natural"
        return _settings(AnimationSettings, {"head_motion": head, **choices}, "animate")

    def _drawing(self, picture: Path, renderer: str, given: str | Path | None) -> Path | None:
        """The network that draws a picture; by itself a drawing with given landmarks is warped."""
        if renderer == "mesh_warp" or is_puppet(picture):
            return None
        if renderer == "auto" and table_beside(picture).is_file():
            return None
        if given is not None:
            return Path(given)
        if renderer == "auto":
            return next(
                (self.networks.drawing[k] for k in DRAWING if k in self.networks.drawing), None
            )
        return self.networks.drawing.get(renderer)


_FILM_KEYS = {"checkpoint", *(field.name for field in fields(FilmSettings))}
_SPEECH_KEYS = {field.name for field in fields(SpeechSettings)}


def by_section(choices: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Choices of ``speech``, of ``draw``, and all others, which are those of ``move``."""
    speaking = {key: value for key, value in choices.items() if key in _SPEECH_KEYS}
    drawing = {key: value for key, value in choices.items() if key in _FILM_KEYS}
    others = {key: choices[key] for key in choices if key not in speaking and key not in drawing}
    return speaking, drawing, others


def _settings(kind: type[T], choices: dict[str, Any], section: str) -> T:
    known = [field.name for field in fields(cast(Any, kind))]
    unknown = sorted(set(choices) - set(known))
    if unknown:
        raise UserError(f"{unknown[0]} is no choice of {section}; there are: {', '.join(known)}.")
    return kind(**choices)


def _watched(
    landmarks: npt.NDArray[np.float32], watch: Callable[[int, int], None] | None
) -> Iterable[npt.NDArray[np.float32]]:
    if watch is None:
        return landmarks

    def frames() -> Iterator[npt.NDArray[np.float32]]:
        for number, points in enumerate(landmarks):
            watch(number, len(landmarks))
            yield points
        watch(len(landmarks), len(landmarks))

    return frames()
