"""Keys of the configuration's schema, and values that are right or wrong for each."""

import copy
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from mit_core.configuration.schema import read_schema

ROOT = Path(__file__).resolve().parents[2]
SCHEMA_FILE = ROOT / "rules" / "config.schema.yaml"
SCHEMA = read_schema(SCHEMA_FILE)
CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
Key = tuple[str, ...]

# What YAML can make of a word, by JSON's name of its type.
SAMPLES: dict[str, list[Any]] = {
    "null": [None],
    "boolean": [True, False],
    "integer": [0, -7, 10**12],
    "number": [0.5, -2.25, 1000.0, math.nan, math.inf, -math.inf],
    "string": ["many words", "4", "1e-4", "yes", "", "a\nb"],
    "array": [[], [[]], [None], ["a", ""], [3, "x"]],
    "object": [{}, {"a": 1}],
}
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


def _resolved(part: Any) -> Any:
    if isinstance(part, dict):
        if "$ref" in part:
            return _resolved(SCHEMA["$defs"][part["$ref"].rpartition("/")[2]])
        return {key: _resolved(value) for key, value in part.items()}
    return [_resolved(value) for value in part] if isinstance(part, list) else part


def _keys(part: dict[str, Any], above: Key) -> Iterator[tuple[Key, dict[str, Any]]]:
    for name, below in part["properties"].items():
        if "properties" in below:
            yield from _keys(below, (*above, name))
        else:
            yield (*above, name), below


LEAVES: dict[Key, dict[str, Any]] = dict(_keys(_resolved(SCHEMA), ()))
SECTIONS_OF_KEYS: list[Key] = sorted({key[:depth] for key in LEAVES for depth in range(len(key))})


def changed(values: dict[Key, Any]) -> dict[str, Any]:
    """The shipped configuration with other values, or more keys."""
    config: dict[str, Any] = copy.deepcopy(CONFIG)
    for key, value in values.items():
        section = config
        for name in key[:-1]:
            section = section[name]
        section[key[-1]] = value
    return config


def types_of(leaf: dict[str, Any]) -> set[str]:
    """JSON's names of the types that a key takes."""
    if "enum" in leaf:
        return set()  # no type is enough
    if "anyOf" in leaf:
        return set().union(*map(types_of, leaf["anyOf"]))
    types = leaf["type"]
    types = {types} if isinstance(types, str) else set(types)
    return types | {"integer"} if "number" in types else types


def of_wrong_type(leaf: dict[str, Any]) -> list[Any]:
    """Values of every type that a key does not take; numbers that are none where it takes them."""
    right = types_of(leaf)
    wrong = [value for kind in SAMPLES.keys() - right for value in SAMPLES[kind]]
    if "number" in right:
        wrong += [math.nan, math.inf, -math.inf]
    return wrong


def beyond(leaf: dict[str, Any], bound: str) -> st.SearchStrategy[float]:
    """Numbers that a bound keeps out."""
    limit = leaf[bound]
    low = "inimum" in bound
    if "integer" in types_of(leaf) and "number" not in types_of(leaf):
        edge = limit - 1 if low else limit + 1
        return st.integers(max_value=edge) if low else st.integers(min_value=edge)
    way = {"max_value": limit} if low else {"min_value": limit}
    closed = bound.startswith("exclusive")
    floats = st.floats(**way, allow_nan=False, allow_infinity=False)
    return floats.filter(lambda value: closed or value != limit)


def right(leaf: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that a key takes."""
    if "enum" in leaf:
        return st.sampled_from(leaf["enum"])
    if "anyOf" in leaf:
        return st.one_of(*map(right, leaf["anyOf"]))
    types = leaf["type"]
    types = [types] if isinstance(types, str) else types
    return st.one_of(*(_of_type(kind, leaf) for kind in types))


def _of_type(kind: str, leaf: dict[str, Any]) -> st.SearchStrategy[Any]:
    low, high = leaf.get("minimum"), leaf.get("maximum")
    if kind == "null":
        return st.none()
    if kind == "boolean":
        return st.booleans()
    if kind == "integer":
        step = leaf.get("multipleOf", 1)
        least = None if low is None else -(-low // step)
        most = None if high is None else high // step
        numbers = st.integers(least, most).map(lambda number: number * step)
        unwanted = leaf.get("not", {}).get("multipleOf")
        return numbers.filter(lambda number: not unwanted or number % unwanted)
    if kind == "number":
        above, below = leaf.get("exclusiveMinimum"), leaf.get("exclusiveMaximum")
        return st.floats(
            low if above is None else above,
            high if below is None else below,
            exclude_min=above is not None,
            exclude_max=below is not None,
            allow_nan=False,
            allow_infinity=False,
        )
    if kind == "array":
        least, most = leaf.get("minItems", 0), leaf.get("maxItems", 4)
        return st.lists(right(leaf["items"]), min_size=least, max_size=most)
    texts = st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")),
        min_size=leaf.get("minLength", 0),
        max_size=leaf.get("maxLength", 30),
    )
    if "pattern" not in leaf:
        return texts
    longest = leaf.get("maxLength", 1000)
    return st.from_regex(leaf["pattern"], fullmatch=True).filter(
        lambda text: len(text) <= longest and "\n" not in text
    )
