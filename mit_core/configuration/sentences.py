"""What is wrong with a key or value, as a sentence: the key, what was given, what may be."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jsonschema

from mit_core.configuration.hints import hint
from mit_core.configuration.known_keys import unknown_key
from mit_core.configuration.words import allowed, shown

# What a bound says of a value beyond it.
_BEYOND = {
    "minimum": "is less than {}",
    "maximum": "is more than {}",
    "exclusiveMinimum": "is not more than {}",
    "exclusiveMaximum": "is not less than {}",
    "multipleOf": "is no multiple of {}",
}
_LENGTHS = {
    "minLength": "too short",
    "minItems": "too short",
    "maxLength": "too long",
    "maxItems": "too long",
}


def rank(error: jsonschema.ValidationError) -> tuple[bool, bool]:
    """Of several errors of one value, the smallest says most."""
    return (error.validator != "type", error.validator in {"multipleOf", "not"})


def sentences_of(error: jsonschema.ValidationError, schema: Mapping[str, Any]) -> Iterator[str]:
    """The sentences of one error; several where a section has several unknown keys.

    Args:
        schema: the whole one, in which the nearest keys are looked for.
    """
    path, value = list(error.absolute_path), error.instance
    part: Mapping[str, Any] = error.schema if isinstance(error.schema, Mapping) else {}
    section: Mapping[Any, Any] = value if isinstance(value, Mapping) else {}
    key = _dotted(path)
    if error.validator == "additionalProperties":
        for name in section:
            if name not in part.get("properties", {}):
                yield unknown_key([*path, name], schema)
    elif error.validator == "required":
        for name in part["required"]:
            if name not in section:
                yield f"{_dotted([*path, name])} is missing; config.yaml has its usual value."
    elif part.get("type") == "object":
        yield _no_section(key, value, part)
    elif error.validator in _BEYOND and not isinstance(error.validator_value, bool):
        said = _BEYOND[error.validator].format(error.validator_value)
        yield f"{key}: {shown(value)} {said}; give {allowed(part)}."
    elif error.validator in _LENGTHS:
        length = _LENGTHS[error.validator] if value else "empty"
        yield f"{key}: {shown(value)} is {length}; give {allowed(part)}."
    else:
        said = f"{key}: {shown(value)} is not {allowed(part)}{hint(value, part)}"
        yield said if said.endswith("?") else f"{said}."


def _dotted(path: Sequence[Any]) -> str:
    """``train_refinement.widths, number 2``: as a person reads it, lists counted from 1."""
    keys = [str(part) for part in path if not isinstance(part, int)]
    places = [f", number {part + 1}" for part in path if isinstance(part, int)]
    return ".".join(keys) + "".join(places)


def _no_section(key: str, value: Any, part: Mapping[str, Any]) -> str:
    known = list(part["properties"])
    if value is None:
        return (
            f"{key}: there is nothing below it; write its keys ({', '.join(known[:3])} ...) "
            f"indented on the lines below, or leave {key} out."
        )
    dashes = isinstance(value, list) and any(isinstance(item, Mapping) for item in value)
    return (
        f"{key}: {shown(value)} is not a section of keys; write its keys ({', '.join(known[:3])} "
        f"...) indented on the lines below{', without dashes' if dashes else ''}."
    )
