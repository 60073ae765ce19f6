"""Blinks are counted, and looks down are not."""

import numpy as np
import pytest
from footage_makers import talking_points
from hypothesis import given
from hypothesis import strategies as st

from mit_core.animation.blinks import closing_times, lid_closure
from mit_core.evaluation.blinking import blinks_a_minute, count_blinks, eye_aspect
from mit_core.faces.eyes import close_lids

FACE = talking_points(1)


def blinking(frames: int, starts: list[int], length: int) -> np.ndarray:
    closed = np.zeros(frames)
    for start in starts:
        closed[start : start + length] = 1
    return close_lids(np.repeat(FACE, frames, axis=0), closed)


@given(gain=st.floats(0.2, 5), shift=st.floats(-90, 90), turn=st.floats(-0.4, 0.4))
def test_how_open_eyes_are_is_the_same_at_any_size_and_place(gain, shift, turn):
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    moved = gain * FACE[..., :2] @ rotation + shift
    assert eye_aspect(moved) == pytest.approx(eye_aspect(FACE))


@pytest.mark.parametrize("starts", [[], [20], [20, 60, 100]])
def test_blinks_are_counted(starts):
    assert count_blinks(blinking(150, starts, 4), 25) == len(starts)


def test_a_long_look_down_is_no_blink():
    assert count_blinks(blinking(150, [20], 25), 25) == 0


def test_a_frame_without_landmarks_is_no_blink():
    points = blinking(150, [20], 4)
    points[100:104] = np.nan
    assert count_blinks(points, 25) == 1
    assert count_blinks(np.full((10, 68, 3), np.nan), 25) == 0


def test_the_animations_own_blinks_are_found():
    frames = 25 * 60
    times = closing_times(60.0, np.random.default_rng(0))
    points = close_lids(np.repeat(FACE, frames, axis=0), lid_closure(frames, 25, times))
    assert blinks_a_minute([points], 25) == pytest.approx(len(times), abs=1)


def test_nobody_blinks_where_nobody_is():
    assert np.isnan(blinks_a_minute([], 25))
