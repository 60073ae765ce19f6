"""docs/configuration.md: every key, its default, what it may be, and config.yaml's own words."""

import re
from dataclasses import dataclass
from html import escape
from typing import Any

import yaml

from docs.tools.smk import ROOT

_HEAD = """# Configuration

Every key of `config.yaml`, with its default, what it may be, and what it does; written from
`config.yaml` and `rules/config.schema.yaml` by `make docs-pages`. Give only what differs, in a YAML
of your own after the defaults:

```
snakemake --configfile config.yaml my.yaml --cores 2 all
```

A wrong key or value is named before anything runs. `--config` turns nested values into text: use a
file for everything but the top-level keys without a section (`results`, `device`,
`content_feature`).
"""
_LINE = re.compile(r"^( *)([A-Za-z_]\w*):(?: (.*))?$")


@dataclass
class Key:
    """A key of config.yaml: its path, and the comment above it (keys of one comment share it)."""

    path: tuple[str, ...]
    comment: str
    section: bool


def read_keys() -> list[Key]:
    """The keys in the order of config.yaml."""
    keys: list[Key] = []
    stack: list[tuple[int, str]] = []
    comment: list[str] = []
    # the file's first comment is of the file, up to the first empty line
    _, _, text = (ROOT / "config.yaml").read_text("utf-8").partition("\n\n")
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            comment.append(line.strip().lstrip("#").strip())
        elif found := _LINE.match(line):
            depth = len(found[1])
            while stack and stack[-1][0] >= depth:
                stack.pop()
            stack.append((depth, found[2]))
            path = tuple(name for _, name in stack)
            keys.append(Key(path, " ".join(comment), not found[3]))
            comment = []
        elif not line.strip():
            comment = []
    return keys


def configuration_page() -> str:
    """The page."""
    defaults = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))
    schema = yaml.safe_load((ROOT / "rules" / "config.schema.yaml").read_text("utf-8"))
    keys = read_keys()
    parts = [_HEAD]
    for key in keys:
        if len(key.path) > 1:
            continue
        parts.append(f"\n## {key.path[0]}\n")
        if key.comment:
            parts.append(f"\n{_sentences(key.comment)}\n")
        inner = [other for other in keys if other.path[:-1] and other.path[0] == key.path[0]]
        rows = _rows(inner or [key], told=not inner)
        parts.append("\n| key | default | may be | |\n|---|---|---|---|\n")
        for row in rows:
            if row[0].section:
                parts.append(f"| **{_name(row[0])}** | | | {_cell(row[0].comment)} |\n")
                continue
            names = "<br>".join(f"`{_name(one)}`" for one in row)
            values = "<br>".join(f"`{_value(_at(defaults, one.path))}`" for one in row)
            kinds = [_may_be(_schema_at(schema, one.path), schema) for one in row]
            same = kinds[:1] if len(set(kinds)) == 1 else kinds
            comment = "" if key in row else _cell(row[0].comment)
            parts.append(f"| {names} | {values} | {'<br>'.join(same)} | {comment} |\n")
    return "".join(parts)


def _rows(keys: list[Key], told: bool) -> list[list[Key]]:
    """Keys that stand under one comment share a row."""
    rows: list[list[Key]] = []
    for key in keys:
        alone = told or key.section or key.comment or not rows or rows[-1][0].section
        if alone or not rows[-1][0].comment or rows[-1][0].path[:-1] != key.path[:-1]:
            rows.append([key])
        else:
            rows[-1].append(key)
    return rows


def _name(key: Key) -> str:
    return ".".join(key.path[1:] or key.path)


def _at(values: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        values = values[name]
    return values


def _schema_at(schema: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    place = schema
    for name in path:
        place = _resolved(place, schema)["properties"][name]
    return _resolved(place, schema)


def _resolved(place: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in place:
        target: Any = schema
        for name in place["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        place = {**target, **{key: value for key, value in place.items() if key != "$ref"}}
    return place


_KINDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "null": "null",
    "array": "list",
    "object": "section",
}
_BOUNDS = {
    "minimum": "{} or more",
    "exclusiveMinimum": "above {}",
    "maximum": "up to {}",
    "exclusiveMaximum": "below {}",
    "multipleOf": "a multiple of {}",
    "minItems": "{} entries or more",
    "maxItems": "{} entries at most",
    "maxLength": "{} letters at most",
}


def _may_be(kind: dict[str, Any], schema: dict[str, Any]) -> str:
    """What a value may be, in words."""
    kind = _resolved(kind, schema)
    if "enum" in kind:
        return " \\| ".join(f"`{_value(value)}`" for value in kind["enum"])
    if "description" in kind and "type" not in kind:
        return _cell(str(kind["description"]))
    if any_of := kind.get("anyOf") or kind.get("oneOf"):
        return " or ".join(_may_be(one, schema) for one in any_of)
    types = kind.get("type", [])
    names = [_KINDS[name] for name in ([types] if isinstance(types, str) else types)]
    bounds = [form.format(kind[name]) for name, form in _BOUNDS.items() if name in kind]
    if "items" in kind and bounds:
        bounds[-1] += f", each a {_may_be(kind['items'], schema)}"
    if "pattern" in kind:
        # not in backticks, where MkDocs and GitHub read a bar in a table differently
        bounds.append(f"as <code>{escape(kind['pattern']).replace('|', '&#124;')}</code>")
    words = " or ".join([", ".join([names[0], *bounds]), *names[1:]]) if names else ""
    return words or "anything"


def _value(value: Any) -> str:
    dumped = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000)
    return dumped.removesuffix("\n").removesuffix("\n...")


def _sentences(comment: str) -> str:
    return _cell(comment).replace("\\|", "|")


def _cell(comment: str) -> str:
    """A comment in a table's cell: no markup of its own, no bar that ends the cell."""
    text = comment.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")
    return text
