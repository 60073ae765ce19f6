"""What a visitor may choose of an animation and of its drawing."""

from dataclasses import dataclass
from typing import Any

from mit_core.animation.animate import Settings as AnimationSettings
from mit_core.speaking.head import TalkingHead
from mit_core.studio.replies import RefusalError

MARK = "synthetic"
GAINS = {"amp_lip_x": (0.0, 3.0), "amp_lip_y": (0.0, 3.0), "amp_pos": (0.0, 2.0)}
"""Least and largest of each slider."""
SEEDS = (0, 9999)
BLINKS = ("natural", "published", "none")


@dataclass(frozen=True)
class Choices:
    """Of ``animate``, apart from ``renderer`` and ``mark``, which are of ``render``."""

    style: str | None
    head_motion: str
    blinks: str
    amp_lip_x: float
    amp_lip_y: float
    amp_pos: float
    seed: int
    renderer: str = "auto"
    mark: bool = True

    def moving(self) -> dict[str, Any]:
        """The keys of ``TalkingHead.move``."""
        own = {key: value for key, value in vars(self).items() if key not in ("renderer", "mark")}
        return own if self.head_motion == "learned" else own | {"style": None}

    def drawing(self) -> dict[str, Any]:
        """The keys of ``TalkingHead.draw``."""
        return {"renderer": self.renderer, "mark": MARK if self.mark else None}


@dataclass(frozen=True)
class Offer:
    """What there is to choose from here."""

    styles: tuple[str, ...]
    head_motions: tuple[str, ...]
    renderers: tuple[str, ...]
    default: Choices

    @classmethod
    def of(cls, head: TalkingHead) -> "Offer":
        """By the networks at hand."""
        learned = ("learned",) if head.speaker is not None else ()
        motions = (*learned, "natural", "none")
        usual = AnimationSettings().for_checkpoint(head.content.adopted)
        default = Choices(
            style=None,
            head_motion=motions[0],
            blinks=usual.blinks,
            amp_lip_x=usual.amp_lip_x or 0.0,
            amp_lip_y=usual.amp_lip_y or 0.0,
            amp_pos=usual.amp_pos or 0.0,
            seed=usual.seed,
        )
        return cls(tuple(head.styles), motions, tuple(head.renderers), default)

    def read(self, given: Any) -> Choices:
        """A visitor's choices; what is not given is as usual.

        A style is one of the speakers: a file's path, which the library also takes, is not.

        Raises:
            RefusalError: a choice that is not offered.
        """
        values = dict(vars(self.default))
        if not isinstance(given, dict) or not set(given) <= set(values):
            raise RefusalError("choices")
        values |= given
        lists = {
            "style": (None, *self.styles),
            "head_motion": self.head_motions,
            "blinks": BLINKS,
            "renderer": self.renderers,
            "mark": (True, False),
        }
        seed = values["seed"]
        if (
            not all(_one_of(values[key], allowed) for key, allowed in lists.items())
            or not _within(seed, *SEEDS)
            or seed != int(seed)
            or not all(_within(values[key], *bounds) for key, bounds in GAINS.items())
        ):
            raise RefusalError("choices")
        gains = {key: float(values[key]) for key in GAINS}
        return Choices(**values | gains | {"seed": int(seed)})


def _one_of(value: Any, allowed: tuple[Any, ...]) -> bool:
    # 1 equals True, and is none of the choices
    return any(type(value) is type(each) and value == each for each in allowed)


def _within(value: Any, least: float, largest: float) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and least <= value <= largest  # which NaN is not
