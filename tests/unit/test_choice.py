"""The content feature follows the configuration, a given checkpoint, then the corpus's size."""

from pathlib import Path

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from mit_core.corpus.choice import choose_feature, write_choice
from mit_core.files import read_json

speakers = st.integers(0, 10_000)
hours = st.floats(0, 10_000)


@given(st.sampled_from(["mel", "autovc"]), st.booleans(), speakers, hours)
def test_what_is_asked_for_wins(requested: str, given_one: bool, n: int, length: float) -> None:
    assert choose_feature(requested, given_one, n, length)[0] == requested


@given(speakers, hours, speakers, hours)
def test_more_footage_never_goes_back_to_mel(n: int, length: float, more: int, longer: float):
    small = choose_feature("auto", False, n, length)[0]
    large = choose_feature("auto", False, n + more, length + longer)[0]
    assert (small, large) != ("autovc", "mel")


def test_minutes_of_speech_stay_mel_and_a_checkpoint_makes_it_autovc() -> None:
    assert choose_feature("auto", False, 3, 0.1)[0] == "mel"
    assert choose_feature("auto", False, 500, 0.5)[0] == "mel"
    assert choose_feature("auto", False, 500, 50)[0] == "autovc"
    assert choose_feature("auto", True, 1, 0.1)[0] == "autovc"


def test_the_choice_is_written_with_its_reason(tmp_path: Path) -> None:
    table = pd.DataFrame({"speaker": ["01"] * 3, "seconds": [2.0, 3.0, 4.0]})
    table.to_csv(tmp_path / "segments.tsv", sep="\t")
    write_choice(
        tmp_path / "segments.tsv",
        tmp_path / "choice.json",
        requested="auto",
        checkpoint_given=False,
    )
    choice = read_json(tmp_path / "choice.json")
    assert choice["feature"] == "mel" and "20 speakers" in choice["why"]
