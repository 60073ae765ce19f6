"""The known key that is nearest to an unknown one, in whatever section it lies."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mit_core.configuration.words import shown

# How like a key must be to be taken for it at once, and at all in its own section.
_LIKE, _HARDLY_LIKE = 0.8, 0.6
_MOST = 6
"""Keys that are told of many."""


def unknown_key(path: Sequence[Any], schema: Mapping[str, Any]) -> str:
    """A sentence on a key that the schema does not know, with the nearest that it does."""
    *section, name = (
        part if isinstance(part, str) and part.isprintable() else shown(part) for part in path
    )
    dotted = ".".join([*section, name])
    known = list(_keys(schema, ()))
    here = [key for key in known if key[:-1] == tuple(section)]
    near = [".".join(key) for key in _nearest(section, name, here, known)]
    if dotted in near:  # given with its point
        *above, last = name.split(".")
        return f"{dotted}: unknown key; write {last} indented below {'.'.join(above)}."
    if near:
        told = ", ".join(near[:_MOST]) + (" ..." if len(near) > _MOST else "")
        return f"{dotted}: unknown key; did you mean {told}?"
    return f"{dotted}: unknown key; known here: {', '.join(key[-1] for key in here)}."


def _keys(schema: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, part in schema.get("properties", {}).items():
        yield (*above, name)
        yield from _keys(part, (*above, name))


def _plain(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def _nearest(
    section: Sequence[str],
    name: str,
    here: Sequence[tuple[str, ...]],
    known: Sequence[tuple[str, ...]],
) -> list[tuple[str, ...]]:
    """The keys that may have been meant; none where nothing is like it."""
    wanted = _plain(name)
    # corpus.videos or corpus_videos in place of a section
    whole = [*map(_plain, section), *wanted.split(".")]
    joined = "_".join(whole)
    ways = (
        [key for key in here if _plain(key[-1]) == wanted],
        [key for key in known if "_".join(key) == joined],
        _like(wanted, here, _LIKE),
        [key for key in known if key[-1] == wanted],
        _like(wanted, here, _HARDLY_LIKE),
        _like(wanted, known, _LIKE),
    )
    return next((list(way) for way in ways if way), [])


def _like(wanted: str, keys: Sequence[tuple[str, ...]], cutoff: float) -> list[tuple[str, ...]]:
    near = difflib.get_close_matches(wanted, {key[-1] for key in keys}, n=1, cutoff=cutoff)
    return [key for key in keys if near and key[-1] == near[0]]
