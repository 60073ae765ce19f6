"""What the studio answers when something cannot be done: words of a person, no paths."""

import re
from collections.abc import Mapping
from pathlib import Path

from mit_core.errors import ClipError, UserError
from mit_core.studio.words import words

_PATH = re.compile(r"(?:/[^\s/:;,'\"()]+)*/([^\s/:;,'\"()]+)")


class RefusalError(UserError):
    """A request that cannot be met.

    Args:
        code: names the sentence: ``error.{code}`` among the words.
        status: of HTTP.
        values: fill the sentence in.
    """

    def __init__(self, code: str, status: int = 422, **values: str | float):
        super().__init__(words()[f"error.{code}"].format(**values))
        self.code = code
        self.status = status
        self.values = values


def reply_of(error: UserError, names: Mapping[Path, str] | None = None) -> dict[str, object]:
    """An error as the page is told it: a code, what fills its words in, and the words in English.

    Args:
        names: files by what the visitor calls them.
    """
    if isinstance(error, RefusalError):
        return {"code": error.code, "values": error.values, "text": str(error)}
    code = f"clip.{error.verdict}" if isinstance(error, ClipError) else "told"
    name = next(iter(names.values()), "") if names else ""
    return {"code": code, "values": {"name": name}, "text": without_paths(str(error), names)}


def without_paths(text: str, names: Mapping[Path, str] | None = None) -> str:
    """The text with each path shortened to the file's name, or to what the visitor calls it."""
    for path, name in (names or {}).items():
        for form in (str(path.resolve()), str(path), path.name):
            text = text.replace(form, name)
    here = {str(folder) + "/" for folder in (Path.cwd(), Path.home()) if folder != Path("/")}
    for folder in sorted(here, key=len, reverse=True):  # these may hold spaces
        text = text.replace(folder, "/")
    return _PATH.sub(r"\1", text)
