"""A studio that all tests of a file ask."""

from collections.abc import Iterator

import pytest
from studio_makers import Served, Visitor, made_up_results, served


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    results = made_up_results(tmp_path_factory.mktemp("results"))
    with served(results) as running:
        yield running
    lying = {path.name for path in results.iterdir()}
    assert lying <= {"models", "demo_media", "studio", "corpus", "report.html", "animations"}


@pytest.fixture
def visitor(studio: Served) -> Visitor:
    return studio.visitor
