"""The configuration is checked before anything runs; an error names the key and what it may be."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from mit_core.errors import UserError


def check_config(config: Mapping[str, Any], schema_path: str | Path) -> None:
    """Check ``config`` against a JSON schema written in YAML.

    Raises:
        UserError: names each wrong key as a dotted path, what is wrong, and the nearest known key.
    """
    schema = yaml.safe_load(Path(schema_path).read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    problems = [_sentence(error) for error in validator.iter_errors(dict(config))]
    if problems:
        listing = "\n  ".join(sorted(problems))
        raise UserError(
            f"The configuration has {len(problems)} wrong value(s); config.yaml explains each "
            f"key.\n  {listing}"
        )


def _sentence(error: jsonschema.ValidationError) -> str:
    key = ".".join(str(part) for part in error.absolute_path)
    schema: Mapping[str, Any] = error.schema if isinstance(error.schema, Mapping) else {}
    if error.validator == "additionalProperties":
        known = list(schema.get("properties", {}))
        given: Mapping[str, Any] = error.instance  # type: ignore[assignment]
        unknown = [name for name in given if name not in known]
        names = ", ".join(f"{key}.{name}" if key else str(name) for name in unknown)
        near = difflib.get_close_matches(str(unknown[0]), known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}."
        return f"{names}: unknown key; {hint}"
    if error.validator == "required":
        return f"{key or 'the configuration'}: {error.message}."
    if error.validator in {"anyOf", "oneOf"} and "description" in schema:
        return f"{key}: {error.instance!r} is not {schema['description']}."
    return f"{key}: {error.message}."
