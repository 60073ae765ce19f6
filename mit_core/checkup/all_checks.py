"""Everything that is looked for, in order."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mit_core.checkup.check import LACKING, Check
from mit_core.checkup.packages import ENVIRONMENT, check_packages, check_python
from mit_core.provenance import PACKAGE

PROJECT = PACKAGE.parent
"""The folder with the Snakefile, where the library is used from a checkout."""


def all_checks(results: Path, configs: list[str]) -> list[Check]:
    """Look for everything; what cannot even be looked for is lacking.

    Args:
        results: the results folder. configs: configurations, layered over the project's own.

    Raises:
        UserError: a configuration cannot be read.
    """
    checks = [check_python(), *_tried("packages", lambda: check_packages(PROJECT))]
    for name, check in (
        ("ffmpeg", _ffmpeg),
        ("PyTorch", _devices),
        ("weights", lambda: _weights(configs)),
        ("results", lambda: _places(results)),
    ):
        checks += _tried(name, check)
    return checks


def _tried(name: str, check: Callable[[], list[Check]]) -> list[Check]:
    """Packages may be what is missing."""
    try:
        return check()
    except ImportError as error:
        words = f"cannot be looked for: the package {error.name} is missing"
        return [Check(name, LACKING, words, ENVIRONMENT)]


def _ffmpeg() -> list[Check]:
    from mit_core.checkup.programs import check_cluster, check_ffmpeg, check_make

    return [check_ffmpeg(), check_make(), *check_cluster()]


def _devices() -> list[Check]:
    from mit_core.checkup.devices import check_devices

    return check_devices()


def _weights(configs: list[str]) -> list[Check]:
    from mit_core.checkup.weights import check_detectors, check_given
    from mit_core.inspection.settings import layered, read_config

    own = PROJECT / "config.yaml"
    config: dict[str, Any] = read_config(own) if own.is_file() else {}
    for path in configs:
        config = layered(config, read_config(Path(path)))
    return [*check_detectors(config), *check_given(config)]


def _places(results: Path) -> list[Check]:
    from mit_core.checkup.places import check_networks, check_room

    return [check_networks(results), check_room(results)]
