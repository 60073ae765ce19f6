"""A still head stops trembling, and a blink stays a blink."""

import numpy as np
from footage_makers import talking_points
from hypothesis import given
from hypothesis import strategies as st

from mit_core.faces.scheme import JAW, LID_PAIRS
from mit_core.faces.steadying import steadied

POINTS = talking_points(60)


@given(shift=st.floats(-50, 50), gain=st.floats(0.1, 10))
def test_where_and_how_large_a_face_is_does_not_matter(shift, gain):
    np.testing.assert_allclose(
        steadied(gain * POINTS + shift), gain * steadied(POINTS) + shift, atol=1e-7
    )


def test_a_head_that_moves_evenly_is_not_held_back():
    moving = POINTS[:1] + np.linspace(0, 30, 60)[:, None, None]
    np.testing.assert_allclose(steadied(moving)[15:-15], moving[15:-15], atol=1e-6)


def test_trembling_goes_from_outline_and_nose():
    noise = 0.2 * np.random.default_rng(0).standard_normal((60, 68, 3))
    left = steadied(POINTS[:1] + noise) - POINTS[:1]
    assert left[:, list(JAW)].std() < 0.45 * 0.2
    assert left[:, 27:36].std() < 0.55 * 0.2


def test_a_blink_of_an_eighth_of_a_second_keeps_most_of_its_depth():
    blinking = np.repeat(POINTS[:1], 60, axis=0)
    uppers, lowers = (list(side) for side in zip(*LID_PAIRS, strict=True))
    gap = blinking[0, lowers, 1] - blinking[0, uppers, 1]
    blinking[30:33, uppers, 1] += gap
    shown = steadied(blinking)
    closed = 1 - (shown[31, lowers, 1] - shown[31, uppers, 1]) / gap
    assert (closed > 0.9).all()


def test_a_single_frame_and_none_stay_as_they_are():
    np.testing.assert_allclose(steadied(POINTS[:1]), POINTS[:1])
    assert steadied(POINTS[:0]).shape == (0, 68, 3)
