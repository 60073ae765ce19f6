"""The frame that stands for a clip's person."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mit_core.faces.eyes import close_lids
from mit_core.faces.mouth import close_mouth, mouth_opening
from mit_core.faces.standard_face import standard_face
from mit_core.rendering.source_frame import source_frame, source_frames


@pytest.fixture(scope="module")
def clip():
    """80 frames of a face that talks, its mouth shut in 20 to 23 and its eyes in 22 to 25."""
    face = standard_face().reshape(68, 3).astype(np.float64) * 100 + 200
    face = close_mouth(face, 1.0)
    frames = np.repeat(face[None], 80, axis=0)
    gap = 4 + 3 * np.sin(np.arange(80))
    gap[20:24] = 0
    for lower in (65, 66, 67):
        frames[:, lower, 1] += gap
    frames[22:26] = close_lids(frames[22:26], 1.0)
    return frames


def test_mouth_shut_and_eyes_open(clip):
    assert source_frame(clip) in (20, 21)


def test_a_turned_head_stands_for_nobody(clip):
    turned = clip.copy()
    turned[20:22, 27:36, 0] += 25.0  # the nose to the side, as where a head turns
    assert source_frame(turned) not in (20, 21, 22, 23, 24, 25)


@given(st.floats(0.1, 10), st.floats(-500, 500))
def test_size_and_place_do_not_matter(clip, scale, shift):
    moved = clip * scale + [shift, -shift, 0]
    assert source_frame(moved) == source_frame(clip)


def test_several_are_apart_and_best_first(clip):
    chosen = source_frames(clip, 4)
    assert len(chosen) == 4
    assert chosen[0] == source_frame(clip)
    assert np.diff(sorted(chosen)).min() > 10
    # frames with a lazy mouth come before those with the mouth open
    assert mouth_opening(clip[chosen]).max() < np.median(mouth_opening(clip))
    assert not set(chosen) & set(range(22, 26))


def test_short_clips_give_what_they_have(clip):
    assert source_frames(clip[:1], 3) == [0]
    assert sorted(source_frames(clip[:2], 3)) == [0, 1]
