"""What the demo animates: a portrait and two speeches."""

from pathlib import Path

from mit_core.demo.footage import demo_speech
from mit_core.demo.portrait import demo_portrait
from mit_core.demo.recording import recorded_speech


def write_demo_media(portrait: str | Path, held_out: str | Path, recorded: str | Path) -> None:
    """Write the astronaut (PNG), the held-out synthetic sentence and a human recording (WAV)."""
    demo_portrait(portrait)
    demo_speech(held_out)
    recorded_speech(recorded)
