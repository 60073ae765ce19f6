"""Configurations, checked as the workflow checks them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from mit_core.configuration.check import check_config
from mit_core.errors import UserError, reason_of
from mit_core.inspection.finding import Finding
from mit_core.provenance import PACKAGE

PROJECT = PACKAGE.parent
"""The folder with the Snakefile, where the library is used from a checkout."""


def describe_config(path: Path) -> Finding:
    """A configuration: all of it, or what is layered over config.yaml."""
    given = read_config(path)
    defaults, schema = PROJECT / "config.yaml", PROJECT / "rules" / "config.schema.yaml"
    if not defaults.is_file() or not schema.is_file():
        raise UserError(
            f"{path} cannot be checked: config.yaml and its schema are in the project's folder, "
            "and the library was installed without it."
        )
    try:
        check_config(layered(read_config(defaults), given), schema)
    except UserError as error:
        said = " ".join(str(error).split())
        return Finding("configuration", (f"{path}: {said}",), {"keys": sorted(given)}, good=False)
    words = (f"It sets {', '.join(sorted(given))}." if given else "It sets nothing.",)
    return Finding("configuration", (*words, "Every key and value is right."), {"keys": [*given]})


def read_config(path: Path) -> dict[str, Any]:
    """A configuration as it stands.

    Raises:
        UserError: it is no YAML, or no mapping of keys to values.
    """
    try:
        held = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise UserError(f"{path} cannot be read as YAML: {reason_of(error)}.") from error
    if held is None:
        return {}
    if not isinstance(held, dict) or not all(isinstance(key, str) for key in held):
        raise UserError(f"{path} is no configuration: give lines of 'key: value'.")
    return held


def layered(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """What Snakemake makes of several ``--configfile``: sections are merged key by key."""
    merged = dict(below)
    for key, value in above.items():
        known = merged.get(key)
        both = isinstance(value, Mapping) and isinstance(known, Mapping)
        merged[key] = layered(known, value) if both else value  # type: ignore[arg-type]
    return merged
