"""The three speakers of the demo corpus: voice and bearing."""

from dataclasses import dataclass

from mit_core.demo.espeak import Voice
from mit_core.demo.motion import Style


@dataclass(frozen=True)
class Speaker:
    """One invented person.

    Attributes:
        voice: how eSpeak NG speaks for them; d-vectors of two speakers are at most .6 alike,
            those of one about .9.
        style: how they move the head; each has another chief axis, speed and width.
        articulation: how widely they open the mouth, 1 = as ``visemes`` says.
    """

    voice: Voice
    style: Style
    articulation: float


SPEAKERS: dict[str, Speaker] = {
    # nods with what she says
    "ada": Speaker(
        Voice("en-us+f2", rate=155, pitch=50, range=55),
        Style(
            turn=(2.2, 1.4, 0.7),
            frequency=(0.5, 0.3, 0.4),
            shift=(0.008, 0.012),
            nod=4.5,
            nodding=0.7,
            brow=0.05,
            blink_every=3.2,
        ),
        articulation=1.0,
    ),
    # turns slowly and far from side to side
    "bruno": Speaker(
        Voice("gmw/en+m3", rate=150, pitch=45, range=50),
        Style(
            turn=(1.2, 7.5, 1.2),
            frequency=(0.2, 0.16, 0.2),
            shift=(0.03, 0.01),
            nod=1.0,
            nodding=0.3,
            brow=0.02,
            blink_every=4.5,
        ),
        articulation=0.85,
    ),
    # tilts her head, quick and lively
    "cora": Speaker(
        Voice("en-us+Alicia", rate=165, pitch=50, range=60),
        Style(
            turn=(1.2, 1.8, 3.6),
            frequency=(0.9, 0.8, 0.85),
            shift=(0.02, 0.015),
            nod=1.5,
            nodding=0.4,
            brow=0.07,
            blink_every=2.2,
        ),
        articulation=1.1,
    ),
}
