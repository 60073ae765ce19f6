"""Speakers left out in turn, and sequences taken together or given another's sound."""

from dataclasses import replace

import numpy as np
import pytest
from sequence_makers import talking

from mit_core.errors import UserError
from mit_core.evaluation.unheard import cross_validate, unheard_summary
from mit_core.sequences import hearing_another, joined
from mit_core.training.content_settings import ContentSettings

SPEAKERS = ("grid_a", "grid_b", "wild_c", "wild_d")
QUICK = ContentSettings(steps=2, batch_size=4)


@pytest.fixture(scope="module")
def corpus():
    # the first speaker has most of the footage
    clips = talking((60, 50) * 6 + (55, 45), speakers=SPEAKERS)
    own = tuple("main" if i < 9 else name for i, name in enumerate(clips.speakers))
    return replace(clips, speakers=own)


def test_no_speaker_is_measured_by_a_network_that_heard_them(corpus, tmp_path, monkeypatch):
    from mit_core.evaluation import unheard

    heard = []
    train = unheard.train_content

    def spied(split, *others, **more):
        heard.append(split)
        return train(split, *others, **more)

    monkeypatch.setattr(unheard, "train_content", spied)
    halves = [joined([(corpus, range(7))]), joined([(corpus, range(7, 14))])]
    clips = cross_validate(halves, tmp_path, QUICK, folds=2, seeds=2)
    assert len(heard) == 4
    for seed in (0, 1):
        for fold in (0, 1):
            own = clips[(clips["seed"] == seed) & (clips["fold"] == fold)]
            trained = heard[2 * seed + fold]
            assert not set(own["clip"]) & set(trained.names)
            never = own[~own["known"]]
            assert not set(never["speaker"]) & set(trained.speakers)
            assert set(own.loc[own["known"], "speaker"]) == {"main"}
        # every speaker but the chief one has their turn, with all of their clips
        turn = clips[(clips["seed"] == seed) & ~clips["known"] & (clips["predictor"] == "content")]
        others = [i for i, name in enumerate(corpus.speakers) if name != "main"]
        assert sorted(turn["clip"]) == sorted(corpus.names[i] for i in others)
    table = unheard_summary(clips).set_index(["heard", "group", "predictor"])
    assert {"grid", "wild"} == {group for heard, group, _ in table.index if heard == "never"}
    assert table.loc[("never", "wild", "mean_face"), "opening_r"] == 0
    assert (table["opening_r_spread"] >= 0).all()


def test_too_few_speakers_are_said_so(corpus, tmp_path):
    with pytest.raises(UserError, match=r"evaluate\.unheard\.folds is 9"):
        cross_validate([corpus], tmp_path, QUICK, folds=9)


def test_joined_sequences_are_what_they_were(corpus):
    both = joined([(corpus, [3]), (corpus, [0, 1])])
    assert both.names == tuple(corpus.names[i] for i in (3, 0, 1))
    for place, index in enumerate((3, 0, 1)):
        for name in ("landmarks", "features", "quaternions", "translations"):
            np.testing.assert_array_equal(
                getattr(both, name)[both.span(place)], getattr(corpus, name)[corpus.span(index)]
            )
        np.testing.assert_array_equal(both.faces[place], corpus.faces[index])
    none = joined([(corpus, ())])
    assert len(none) == 0 and none.features.shape == (0, 80) and none.faces.shape == (0, 204)


def test_who_hears_another_never_hears_themselves(corpus):
    deaf = hearing_another(corpus)
    for index in range(len(corpus)):
        span = corpus.span(index)
        assert not np.array_equal(deaf.features[span], corpus.features[span])
        other = corpus.features[corpus.span((index + 7) % 14)]
        length = min(len(other), span.stop - span.start)
        np.testing.assert_array_equal(deaf.features[span][:length], other[:length])
    np.testing.assert_array_equal(deaf.landmarks, corpus.landmarks)
    assert deaf.digest != corpus.digest
