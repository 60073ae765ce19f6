"""What the demo animates: a portrait, a cartoon and two speeches."""

from pathlib import Path

from mit_core.demo.cartoon import write_cartoon
from mit_core.demo.footage import demo_speech
from mit_core.demo.portrait import demo_portrait
from mit_core.demo.recording import recorded_speech


def write_demo_media(
    portrait: str | Path, held_out: str | Path, recorded: str | Path, cartoons: str | Path
) -> None:
    """Write what the demo animates.

    Args:
        portrait: PNG to write, the astronaut.
        held_out: WAV to write, the held-out synthetic sentence.
        recorded: WAV to write, a human recording.
        cartoons: folder for the cartoon and its landmarks.
    """
    write_cartoon(cartoons)
    demo_portrait(portrait)
    demo_speech(held_out)
    recorded_speech(recorded)
