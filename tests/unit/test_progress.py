"""A long stage says how far it is; a short one says nothing."""

import io
import os
from pathlib import Path

import pytest

from mit_core.logs import logged, terminal
from mit_core.progress import duration, told


class Clock:
    """Goes on by so many seconds each time it is read."""

    def __init__(self, step: float):
        self.step, self.now = step, 0.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def lines(step: float, count: int = 20, sized: bool = True) -> list[str]:
    out, items = io.StringIO(), list(range(count))
    given = items if sized else iter(items)
    assert list(told(given, "landmarks", "clips", to=out, clock=Clock(step))) == items
    return out.getvalue().splitlines()


def test_what_is_soon_done_says_nothing() -> None:
    assert lines(0.4) == []


def test_lines_come_now_and_then_and_name_what_is_left() -> None:
    said = lines(5.0)
    assert said[0] == "landmarks: 1 of 20 clips, about 3 min left"
    assert 4 <= len(said) <= 8
    assert said[-1].endswith("s left")


def test_without_a_length_there_is_no_estimate() -> None:
    assert lines(20.0, sized=False)[1] == "landmarks: 1 clips"


def test_a_job_tells_its_terminal_and_a_library_nobody(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    list(told(range(3), "quiet", "clips", clock=Clock(20)))
    assert capfd.readouterr() == ("", "")
    with logged(tmp_path / "log"):
        list(told(range(3), "loud", "clips", clock=Clock(20)))
        os.write(1, b"kept in the log\n")
        assert terminal() is not None
    assert terminal() is None
    captured = capfd.readouterr()
    assert "loud: 1 of 3 clips" in captured.err and "kept" not in captured.err + captured.out
    assert "kept" in (tmp_path / "log").read_text()


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (89, "89 s"), (600, "10 min"), (9000, "2.5 h")]
)
def test_durations_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words
