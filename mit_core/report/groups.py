"""Clips that are shown side by side: what was filmed, what was predicted, and what else may be."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mit_core.errors import UserError, reason_of


@dataclass(frozen=True)
class Group:
    """
    Attributes:
        title: what is shown, e.g. a clip's name.
        caption: one sentence about it, or "".
        names: what each video is: "truth", "prediction", ...
        files: the videos, in the same order; the first one's sound is heard.
    """

    title: str
    caption: str
    names: tuple[str, ...]
    files: tuple[Path, ...]


def read_groups(path: Path) -> list[Group]:
    """Read groups from a JSON file; the names of videos in it are relative to its folder.

    The file is a list of ``{"title": text, "caption": text, "videos": [{"title": text, "file":
    text}, ...]}``; a caption may be left out, and a group without videos is not shown.

    Raises:
        UserError: the file is absent, no JSON, or of another form.
    """
    try:
        groups = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(
            f"{path} does not exist, so the report cannot show clips side by side; run the stage "
            "that writes it."
        ) from None
    except (ValueError, RecursionError) as error:
        raise UserError(
            f"{path} is no JSON ({reason_of(error)}). Delete it and run again to rewrite it."
        ) from None
    if not isinstance(groups, list):
        raise UserError(f"{path} holds no list of groups. Delete it and run again to rewrite it.")
    read = [_group(group, number, path) for number, group in enumerate(groups, start=1)]
    return [group for group in read if group.files]


def _group(group: Any, number: int, path: Path) -> Group:
    where = f"{path}, group {number}"
    videos = _value(group, "videos", list, where)
    names = [_value(video, "title", str, f"{where}, videos") for video in videos]
    files = [path.parent / _value(video, "file", str, f"{where}, videos") for video in videos]
    return Group(
        title=_value(group, "title", str, where),
        caption=_value({"caption": "", **group}, "caption", str, where),
        names=tuple(names),
        files=tuple(files),
    )


def _value(holder: Any, key: str, kind: type, where: str) -> Any:
    value = holder.get(key) if isinstance(holder, dict) else None
    if not isinstance(value, kind):
        wanted = "a list" if kind is list else "a text"
        raise UserError(
            f"{where}: {key} is missing or is not {wanted}. Delete the file and run again to "
            "rewrite it."
        )
    return value
