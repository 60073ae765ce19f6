"""Ten thousand videos are planned at once, and ten hours of dump need no more memory than minutes.

In CPU seconds, which a busy machine hardly lengthens; ``make bench`` has the figures.
"""

from pathlib import Path

import pytest

from benchmarks.long_dump import peak_megabytes
from benchmarks.planning import find_nothing_changed, plan_videos

VIDEOS = 10_000


def test_ten_thousand_videos_plan_quickly(tmp_path: Path) -> None:
    assert plan_videos(tmp_path, VIDEOS) < 15


@pytest.mark.slow
def test_an_unchanged_corpus_is_soon_known_to_be(tmp_path: Path) -> None:
    assert find_nothing_changed(tmp_path, VIDEOS) < 20


@pytest.mark.slow
def test_memory_of_a_training_does_not_grow_with_its_data(tmp_path: Path) -> None:
    minutes, hours = (peak_megabytes(h, tmp_path / str(h)) for h in (1 / 6, 10))
    assert hours < 1.2 * minutes
