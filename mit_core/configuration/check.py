"""All checks of a configuration before anything runs."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from mit_core.configuration.contradictions import contradictions, unknown_voices
from mit_core.configuration.given_files import missing_files
from mit_core.configuration.schema import faults_of, read_schema
from mit_core.configuration.yaml_files import swallowed
from mit_core.errors import UserError


def check_config(config: Mapping[str, Any], schema: str | Path) -> None:
    """Check each key and value by itself.

    Args:
        config: the whole configuration, layers merged.
        schema: file of a JSON schema written in YAML.

    Raises:
        UserError: a sentence for each fault, which names the key.
    """
    _tell(faults_of(config, read_schema(schema)))


def check_all(
    config: Mapping[str, Any], schema: str | Path, files: Iterable[str | Path] = ()
) -> None:
    """Check each key and value, then whether they go together and their files are there.

    Args:
        config: the whole configuration, layers merged.
        schema: file of a JSON schema written in YAML.
        files: the YAML files that the layers came from.

    Raises:
        UserError: a sentence for each fault, which names the key.
    """
    _tell([*faults_of(config, read_schema(schema)), *swallowed(files)])
    _tell([*contradictions(config), *missing_files(config)])


def check_voices(config: Mapping[str, Any], speakers: Collection[str]) -> None:
    """Check that each voice which is asked for is a speaker of the footage, or a file.

    Args:
        speakers: of the footage; empty where it is not known who they are.

    Raises:
        UserError: a sentence for each that is neither.
    """
    _tell(unknown_voices(config, speakers))


def _tell(faults: Iterable[str]) -> None:
    listed = sorted(set(faults))
    if not listed:
        return
    places = "one place" if len(listed) == 1 else f"{len(listed)} places"
    listing = "\n  ".join(listed)
    raise UserError(
        f"The configuration is wrong in {places}; config.yaml explains each key.\n  {listing}"
    )
