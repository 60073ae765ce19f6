"""Every key and value against the schema."""

import math
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from mit_core.configuration.sentences import rank, sentences_of


@cache
def read_schema(path: str | Path) -> dict[str, Any]:
    """A JSON schema that is written in YAML."""
    schema: dict[str, Any] = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    return schema


def faults_of(config: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    """A sentence for each key that the schema does not know, and each value that it refuses."""
    found: dict[tuple[Any, ...], jsonschema.ValidationError] = {}
    for error in sorted(_Validator(dict(schema)).iter_errors(dict(config)), key=rank):
        # a value that is wrong in several ways needs one sentence, a section one for each way
        of_section = error.validator in {"additionalProperties", "required"}
        found.setdefault((error.validator if of_section else "", *error.absolute_path), error)
    return [sentence for error in found.values() for sentence in sentences_of(error, schema)]


def _is_number(_: Any, value: Any) -> bool:
    """YAML also knows .nan and .inf, which no bound refuses."""
    return _is_integer(_, value) or (isinstance(value, float) and math.isfinite(value))


def _is_integer(_: Any, value: Any) -> bool:
    """JSON takes 1000.0 for an integer; what counts with it does not."""
    return isinstance(value, int) and not isinstance(value, bool)


def _whole_pattern(
    validator: Any, pattern: str, value: Any, schema: Any
) -> Iterator[jsonschema.ValidationError]:
    """Patterns end where the text does, before no last line break either."""
    if isinstance(value, str) and "\n" in value:
        yield jsonschema.ValidationError(f"{value!r} has several lines")
    else:
        yield from jsonschema.Draft202012Validator.VALIDATORS["pattern"](
            validator, pattern, value, schema
        )


_Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    {"pattern": _whole_pattern},
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many(
        {"number": _is_number, "integer": _is_integer}
    ),
)
