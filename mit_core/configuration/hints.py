"""What a person most likely meant by a value that is none: where YAML takes a word for another."""

import difflib
import math
from collections.abc import Callable, Mapping
from typing import Any

_TRUE, _FALSE = {"true", "yes", "on"}, {"false", "no", "off"}
_NOTHING = {"null", "none", "~", ""}


def hint(value: Any, schema: Mapping[str, Any]) -> str:
    """``; write 4 without quotation marks``, or "" where nothing is likely."""
    types = _types(schema)
    for say in _HINTS:
        if said := say(value, types, schema):
            return f"; {said}"
    return ""


def _types(schema: Mapping[str, Any]) -> set[str]:
    """What a value may be, in alternatives too."""
    given = schema.get("type", [])
    types = {given} if isinstance(given, str) else set(given)
    if "enum" in schema:
        types.add("enum")
    for part in schema.get("anyOf", ()):
        types |= _types(part)
    return types


def _nothing_meant(value: Any, types: set[str], schema: Mapping[str, Any]) -> str:
    if isinstance(value, str) and value.strip().lower() in _NOTHING and "null" in types:
        return "write null"
    if value in (None, False) and "none" in schema.get("enum", ()):
        return "did you mean none?"
    return ""


def _number_meant(value: Any, types: set[str], schema: Mapping[str, Any]) -> str:
    """``"4"`` and, without a point, ``1e-4`` are text to YAML."""
    if not types & {"integer", "number"} or not isinstance(value, str | float):
        return ""
    try:
        number = float(str(value).strip().replace(",", "."))
    except ValueError:
        return ""
    if not math.isfinite(number):
        return ""
    whole = number == int(number)
    if not whole and "number" not in types:
        return ""
    plain = str(int(number)) if whole else f"{number:.12f}".rstrip("0")
    if float(plain) != number:
        plain = f"{number:e}"  # with a point, as YAML wants it
    return f"to YAML it is text, write {plain}" if isinstance(value, str) else f"write {plain}"


def _switch_meant(value: Any, types: set[str], schema: Mapping[str, Any]) -> str:
    if "boolean" in types and isinstance(value, str | int):
        word = str(value).strip().lower()
        for right, words in (("true", {*_TRUE, "1"}), ("false", {*_FALSE, "0"})):
            if word in words:
                return f"write {right}, without quotation marks"
    return ""


def _word_meant(value: Any, types: set[str], schema: Mapping[str, Any]) -> str:
    if not types & {"string", "enum"} or isinstance(value, str | list | dict):
        return ""
    if value is None:
        return "leave the key out for its usual value"
    if isinstance(value, bool):
        return "YAML reads yes, no, on and off as true and false: put a word in quotation marks"
    return "" if "enum" in types else "put it in quotation marks"


def _near_word(value: Any, types: set[str], schema: Mapping[str, Any]) -> str:
    words = {str(word).lower(): word for word in schema.get("enum", ())}
    near = difflib.get_close_matches(str(value).strip().lower(), words, n=1)
    return f"did you mean {words[near[0]]}?" if near and isinstance(value, str) else ""


def _single_meant(value: Any, types: set[str], schema: Mapping[str, Any]) -> str:
    if isinstance(value, list) and len(value) == 1 and "array" not in types:
        return "write it without the dash or the brackets"
    return ""


_HINTS: tuple[Callable[[Any, set[str], Mapping[str, Any]], str], ...] = (
    _nothing_meant,
    _number_meant,
    _switch_meant,
    _word_meant,
    _near_word,
    _single_meant,
)
