"""What YAML passes over in silence: keys that are given twice, colours taken for comments."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

# The # of a colour begins a comment where it stands outside of quotation marks.
_LOST_COLOUR = re.compile(r"^\s*background:\s+(#[0-9a-fA-F]{6})\b", re.M)


def swallowed(files: Iterable[str | Path]) -> list[str]:
    """A sentence for each thing that these configuration files say and YAML does not tell.

    A file that cannot be read is passed over: whoever loads it has said so.
    """
    told: list[str] = []
    for file in map(Path, files):
        try:
            text = file.read_text(encoding="utf-8-sig")
            node = yaml.compose(text, yaml.SafeLoader)
        except (OSError, UnicodeDecodeError, yaml.YAMLError):
            continue
        if node is not None:
            told += _twice(node, file, "")
        for found in _LOST_COLOUR.finditer(text):
            told.append(
                f"{file}: YAML takes the colour {found[1]} of background for a comment; put it in "
                "quotation marks."
            )
    return told


def _twice(node: yaml.Node, file: Path, above: str) -> Iterator[str]:
    if not isinstance(node, yaml.MappingNode):
        return
    lines: dict[str, int] = {}
    for key, value in node.value:
        name, line = f"{above}{key.value}", key.start_mark.line + 1
        if name in lines and key.value != "<<":
            yield (
                f"{name}: given twice in {file}, in lines {lines[name]} and {line}, of which YAML "
                "keeps the last alone; put both together."
            )
        lines[name] = line
        yield from _twice(value, file, f"{name}.")
