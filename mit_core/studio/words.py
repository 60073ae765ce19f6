"""Every sentence of the page, in the languages it speaks; one JSON file a language."""

import json
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "ko")
"""The first is what the server itself speaks."""

_FOLDER = Path(__file__).parent


@cache
def words(language: str = LANGUAGES[0]) -> dict[str, str]:
    """The words of a language by their keys; ``{name}`` in them is filled in."""
    return json.loads((_FOLDER / f"words_{language}.json").read_text(encoding="utf-8"))
