"""How a run's results came about, and how to make them again: settings, software, machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml


@dataclass(frozen=True)
class Making:
    """
    Attributes:
        rules: the rules behind the report, as :func:`mit_core.report.rule_graph.rules_of` gives
            them; empty where they are not known.
        software: name -> version.
        machine: what it is -> what it has, of the machine that wrote the report.
        digest: of the project's own code, see :func:`mit_core.software.project_digest`.
        config: every setting of the run, a mapping of mappings and plain values.
        defaults: the same as the project brings it.
    """

    rules: Mapping[str, Any] = field(default_factory=dict)
    software: Mapping[str, str] = field(default_factory=dict)
    machine: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)

    @property
    def own_settings(self) -> str:
        """YAML of the settings that differ from the defaults; "" where none does."""
        own = differing(self.config, self.defaults)
        return as_yaml(own) if own else ""

    @property
    def all_settings(self) -> str:
        """YAML of all settings; "" where none is known."""
        return as_yaml(self.config) if self.config else ""


def differing(config: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """What must be laid over ``defaults`` to give ``config``, in the order of ``config``.

    Mappings are laid over each other key by key, everything else as a whole, as Snakemake does.
    """
    own: dict[str, Any] = {}
    for key, value in config.items():
        default = defaults.get(key)
        if isinstance(value, Mapping) and isinstance(default, Mapping):
            if inner := differing(value, default):
                own[key] = inner
        elif key not in defaults or not _same(value, default):
            own[key] = value
    return own


def as_yaml(settings: Mapping[str, Any]) -> str:
    """Settings as YAML in their own order, ending with a line's end."""
    return yaml.safe_dump(
        _plain(settings), allow_unicode=True, sort_keys=False, default_flow_style=False, width=88
    )


def _same(value: Any, default: Any) -> bool:
    # True is 1 and 1.0 is 1 in Python, and neither is the same setting in YAML
    return type(value) is type(default) and bool(value == default)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
