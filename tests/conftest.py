"""Where the tests find footage and reference numbers, and why they skip without them."""

import os
from pathlib import Path

import pytest
import reliability
from hypothesis import settings
from reliability import survival  # noqa: F401  (a fixture)

# A first call may load a model: time limits per example would only tell of a busy machine.
# In CI the examples are fixed, so that a change is judged by what it changed.
settings.register_profile("project", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("project")

ROOT = Path(__file__).resolve().parents[1]
# Real footage and reference numbers lie outside the project, since their licences keep them there.
SHARED = Path(os.environ.get("MIT_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def reference() -> Path:
    folder = SHARED / "reference"
    if not folder.is_dir():
        pytest.skip(f"reference numbers of the published implementation are not at {folder}")
    return folder


@pytest.fixture(scope="session")
def footage() -> Path:
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip(f"real footage is not at {folder}")
    return folder


def pytest_addoption(parser: pytest.Parser) -> None:
    reliability.add_option(parser)


def pytest_configure(config: pytest.Config) -> None:
    reliability.configure(config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reliability.name_kinds(items)
    # processes take one file after another: the long ones first, so that none is left for the end
    items.sort(key=lambda item: item.path.parent.name != "workflow")
