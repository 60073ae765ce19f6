"""Intervals, paired tests and summaries against cases with known answers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mit_core.evaluation.statistics import compare_paired, mean_interval, paired_p, summarise


def test_an_interval_is_about_two_standard_errors_either_way():
    values = np.random.default_rng(1).normal(3, 0.5, 200)
    low, high = mean_interval(values)
    error = values.std(ddof=1) / np.sqrt(200)
    assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.2 * error)
    assert high == pytest.approx(values.mean() + 1.96 * error, abs=0.2 * error)
    assert (low, high) == mean_interval(values)


def test_too_few_clips_tell_nothing():
    assert np.isnan(mean_interval([1.0, 2.0])).all()
    assert np.isnan(paired_p([1.0, 2.0], [2.0, 1.0]))
    assert mean_interval([2.0, 2.0, np.nan, 2.0]) == (2.0, 2.0)


def test_few_clips_are_tested_exactly():
    # six differences of one sign: 2 of 2^6 sign patterns are as extreme
    assert paired_p(np.arange(6) + 1.0, np.zeros(6)) == pytest.approx(2 / 64)
    assert paired_p(np.ones(6), np.ones(6)) == 1


def test_many_clips_agree_with_the_t_test():
    rng = np.random.default_rng(2)
    one = rng.normal(0, 1, 60)
    other = one + rng.normal(0.25, 1, 60)
    expected = stats.ttest_rel(one, other).pvalue
    assert paired_p(one, other) == pytest.approx(expected, abs=0.02)
    assert paired_p(one, one + rng.normal(1, 0.1, 60)) == pytest.approx(2e-4, abs=1e-4)


@given(shift=st.floats(-3, 3), seed=st.integers(0, 100))
def test_a_test_does_not_mind_which_comes_first(shift, seed):
    rng = np.random.default_rng(seed)
    one, other = rng.normal(size=(2, 8))
    assert paired_p(one + shift, other) == pytest.approx(paired_p(other, one + shift))


CLIPS = pd.DataFrame(
    {
        "predictor": ["a"] * 4 + ["b"] * 4,
        "clip": list("wxyz") + list("zyxw"),
        "r": [0.9, 0.8, np.nan, 0.7, 0.5, 0.6, 0.7, 0.8],
        "d": [1.0] * 8,
    }
)


def test_summaries_leave_out_clips_that_cannot_tell():
    table = summarise(CLIPS, "predictor", ["r", "d"], ["r"])
    assert list(table) == ["predictor", "r", "r_low", "r_high", "d", "clips"]
    assert table["r"].tolist() == pytest.approx([0.8, 0.65])
    assert table["clips"].tolist() == [4, 4]


def test_pairs_are_made_by_clip():
    table = compare_paired(CLIPS, "predictor", "a", "b", ["r", "d"]).set_index("measure")
    # w .9-.8, x .8-.7, z .7-.5; y cannot tell
    assert table.loc["r", "difference"] == pytest.approx((0.1 + 0.1 + 0.2) / 3)
    assert table.loc["r", "clips"] == 3 and table.loc["r", "p"] == pytest.approx(0.25)
    assert table.loc["r", ["a", "b"]].tolist() == pytest.approx([0.8, 2 / 3])
    assert table.loc["d", "p"] == 1 and table.loc["d", "clips"] == 4
