"""Values, and what a schema allows, in plain words."""

import json
from collections.abc import Mapping
from typing import Any

_MOST = 80
"""Characters of a value that are shown."""
_NOUNS = {
    "integer": ("a whole number", "whole numbers"),
    "number": ("a number", "numbers"),
    "boolean": ("true or false", "true or false"),
    "string": ("text", "texts"),
    "object": ("a section of keys", "sections"),
}


def shown(value: Any) -> str:
    """A value as YAML would have it, shortened where it is long."""
    if isinstance(value, str):
        text = repr(value)
    elif isinstance(value, float):
        text = str(value)
    else:
        try:
            text = json.dumps(value, ensure_ascii=False, default=str).replace('"', "'")
        except (TypeError, ValueError):  # keys that JSON does not know; YAML that holds itself
            text = str(value)
    return text if len(text) <= _MOST else f"{text[: _MOST - 4]} ..."


def allowed(schema: Mapping[str, Any], plural: bool = False) -> str:
    """What a value may be: ``a whole number, 0 or more``, ``one of mel, autovc``.

    A ``description`` in the schema stands for what its other keywords say.
    """
    if "description" in schema:
        return str(schema["description"])
    if "enum" in schema:
        return f"one of {', '.join(map(str, schema['enum']))}"
    types = schema.get("type", "string")
    types = [types] if isinstance(types, str) else list(types)
    kind = next(name for name in types if name != "null")
    said = _list(schema) if kind == "array" else _one(kind, schema, plural)
    return f"{said}, or null" if "null" in types else said


def _one(kind: str, schema: Mapping[str, Any], plural: bool) -> str:
    noun = _NOUNS[kind][plural]
    if "multipleOf" in schema:
        noun = f"{'multiples' if plural else 'a multiple'} of {schema['multipleOf']}"
    if kind == "string" and "maxLength" in schema:
        return f"{noun} of {schema.get('minLength', 0)} to {schema['maxLength']} characters"
    return noun + _range(schema)


def _range(schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f" from {low} to {high}"
    if low is not None:
        return f", {low} or more" if below is None else f" from {low} to less than {below}"
    if above is not None:
        ends = "" if high is None else f", up to {high}"
        return f" above {above}{ends}" if below is None else f" between {above} and {below}"
    if high is not None:
        return f", {high} or less"
    return "" if below is None else f" below {below}"


def _list(schema: Mapping[str, Any]) -> str:
    items = allowed(schema.get("items", {}), plural=True)
    least, most = schema.get("minItems"), schema.get("maxItems")
    count = f"{least} to {most} " if least is not None and most is not None else ""
    return f"a list of {count}{items}"
