"""The demo corpus as planned: known at parse time, split soundly, enough to learn from."""

import re
import subprocess
import sys
from collections import Counter

import pytest

from mit_core.corpus.catalogue import SPLITS
from mit_core.demo.plan import held_out_clip, plan, speaker_names
from mit_core.errors import UserError


def test_clips_have_names_fit_for_files_and_no_two_alike():
    ids = [clip.id for clip in plan()]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+_[a-z]\d\d", name) for name in ids)


def test_about_four_fifths_of_each_speaker_train():
    for speaker in speaker_names():
        share = Counter(clip.split for clip in plan() if clip.speaker == speaker)
        total = share.total()
        assert 0.75 <= share["train"] / total <= 0.85
        assert share["val"] >= 2
        assert share["test"] >= 2
        assert set(share) == set(SPLITS)


def test_a_sentence_is_never_on_both_sides_of_a_split():
    splits: dict[str, set[str]] = {}
    for clip in plan():
        splits.setdefault(clip.text, set()).add(clip.split)
    assert all(len(found) == 1 for found in splits.values())


def test_speakers_share_some_sentences_and_not_most():
    texts = [{clip.text for clip in plan() if clip.speaker == name} for name in speaker_names()]
    shared = set.intersection(*texts)
    assert shared
    assert all(len(shared) < len(own) / 3 for own in texts)


@pytest.mark.parametrize("count", [3, 5, 1000])
def test_fewer_clips_still_hold_every_split(count):
    clips = plan(count)
    for speaker in speaker_names():
        own = [clip for clip in clips if clip.speaker == speaker]
        assert {clip.split for clip in own} == set(SPLITS)
        assert len(own) <= count
    assert [clip for clip in plan() if clip in clips] == clips


def test_too_few_clips_are_refused_in_words():
    with pytest.raises(UserError, match="clips_per_speaker is 2"):
        plan(2)


def test_the_demo_speech_is_of_a_sentence_nobody_trains_on():
    held_out = held_out_clip()
    assert held_out.split == "test"
    assert held_out.text not in {clip.text for clip in plan() if clip.split != "test"}


def test_planning_loads_nothing_heavy():
    program = "import sys, mit_core.demo.plan as p; p.plan(); print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
