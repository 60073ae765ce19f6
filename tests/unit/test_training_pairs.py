"""Pieces of footage, the pool that holds them, and the pairs that are drawn from it."""

import threading
from dataclasses import fields

import numpy as np
import pytest
from footage_makers import make_footage
from hypothesis import given
from hypothesis import strategies as st

from mit_core.errors import UserError
from mit_core.rendering.sketch import draw_sketch
from mit_core.training import frame_pool, pieces
from mit_core.training.ahead import Ahead
from mit_core.training.footage import Footage
from mit_core.training.frame_pool import TURN, FramePool
from mit_core.training.pairs import PairSampler
from mit_core.training.pieces import cut_piece

SIZE = 64


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return make_footage(tmp_path_factory.mktemp("drawn"), frames=(12, 12, 12, 12), speakers="abbb")


def pool_of(footage, megabytes=1000.0, seed=(0,), warped=True):
    return FramePool(
        footage,
        size=SIZE,
        scale=1.6,
        sources=2,
        warped=warped,
        megabytes=megabytes,
        seed=list(seed),
    )


def still(lengths):
    """Footage that nobody decodes."""
    return Footage(
        videos=("",) * len(lengths),
        starts=(0,) * len(lengths),
        landmarks=np.zeros((sum(lengths), 68, 3), np.float32),
        offsets=np.cumsum([0, *lengths]),
        speakers=("a",) * len(lengths),
        names=tuple(map(str, range(len(lengths)))),
    )


def cut(footage, warped=True, **more):
    return cut_piece(footage, 0, 0, 12, size=SIZE, scale=1.6, sources=[0], warped=warped, **more)


def error(a, b):
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


def test_a_warped_source_comes_nearer_to_the_frame_than_the_source(drawn):
    piece = cut(drawn)
    source = piece.sources[0]
    assert error(piece.second(source, 0), piece.frames[0]) < 1
    opened = 5
    assert error(piece.second(source, opened), piece.frames[opened]) < 0.7 * error(
        source.picture, piece.frames[opened]
    )
    np.testing.assert_array_equal(
        cut(drawn, warped=False).second(cut(drawn, warped=False).sources[0], opened),
        piece.frames[0],
    )


def test_a_large_video_is_reduced_without_moving_anything(drawn, monkeypatch):
    whole = cut(drawn)
    monkeypatch.setattr(pieces, "_FINEST", 0.8)
    less = cut(drawn)
    assert np.ptp(less.landmarks[0, :, 0]) < 0.9 * np.ptp(whole.landmarks[0, :, 0])
    # a pixel of the video is .6 of the crop's: sizes are whole numbers
    np.testing.assert_allclose(less.points(3), whole.points(3), atol=0.02)
    assert error(less.frames[3], whole.frames[3]) < 2
    assert error(less.frames[3], whole.frames[5]) > error(less.frames[3], whole.frames[3])


def test_open_mouths_are_drawn_more_often(drawn):
    chances = cut(drawn).chances
    assert chances.sum() == pytest.approx(1)
    opened, shut = np.argmax(chances), np.argmin(chances)
    assert (opened, shut) in {(4, 0), (5, 0), (4, 9), (5, 9)}
    assert chances[shut] == pytest.approx(1 / 24)
    assert chances[opened] > 1.5 / 12


@given(st.lists(st.integers(1, 450), min_size=1, max_size=6))
def test_pieces_cover_every_frame_once(lengths):
    spans = frame_pool._spans(still(lengths))
    seen = [(clip, frame) for clip, start, stop in spans for frame in range(start, stop)]
    assert seen == [(clip, frame) for clip, n in enumerate(lengths) for frame in range(n)]
    assert max(stop - start for _, start, stop in spans) <= pieces.MOST_FRAMES


@given(st.integers(1, 30), st.floats(0.1, 60), st.integers(0, 300))
def test_the_pool_turns_through_all_the_footage(count, megabytes, start):
    pool = pool_of(still([75] * count), megabytes)
    assert 1 <= pool.room <= count
    assert len(set(pool.slots(start))) == pool.room
    turns = range(start, start + 2 * TURN * count, TURN)  # a round, begun wherever
    assert {piece for step in turns for piece, _ in pool.slots(step)} == set(range(count))
    assert pool.slots(start) == pool_of(still([75] * count), megabytes).slots(start)
    if pool.room == count:
        assert pool.slots(0) == pool.slots(start)
    else:
        old, new = pool.slots(start), pool.slots(start + TURN)
        assert old[1:] == new[:-1]


def test_memory_is_kept_to(drawn):
    pool = pool_of(drawn, megabytes=12)
    assert pool.room == 2
    sampler = PairSampler(pool, 4, 0, False)
    for step in range(3 * TURN):
        sampler.batch(step)
        assert len(pool._held) <= 2
        assert pool._held.keys() <= set(pool.slots(step))


def test_speakers_of_much_footage_do_not_crowd_out_the_others(drawn):
    pool = pool_of(drawn)
    chances = pool.chances([(0, 0), (1, 0), (2, 0), (3, 0)])
    assert chances.sum() == pytest.approx(1)
    assert chances[1:].sum() / chances[0] == pytest.approx(3**0.5)


@pytest.mark.parametrize("megabytes", [12, 1000])
def test_a_batch_follows_from_seed_and_step(drawn, megabytes):
    first = PairSampler(pool_of(drawn, megabytes), 4, 0.2, True)
    for step in range(6):
        known = first.batch(step)
    for sampler, same in (
        (PairSampler(pool_of(drawn, megabytes), 4, 0.2, True), True),
        (PairSampler(pool_of(drawn, megabytes, seed=(1,)), 4, 0.2, True), False),
    ):
        again = sampler.batch(5)
        assert (error(known.truths, again.truths) == 0) == same
        assert (error(known.seconds, again.seconds) == 0) == same


def test_the_pictures_of_a_pair_belong_together(drawn):
    pairs = PairSampler(pool_of(drawn), 8, 0, False).batch(0)
    for number, points in enumerate(pairs.landmarks):
        np.testing.assert_array_equal(pairs.sketches[number], draw_sketch(points, SIZE, SIZE))
        x, y = points[[61, 62, 63, 65, 66, 67], :2].mean(axis=0).round().astype(int)
        rival = [error(pairs.seconds[number], truth) for truth in pairs.truths]
        assert rival[number] == min(rival)
        lips = pairs.truths[number, y - 2 : y + 3, x - 2 : x + 3].reshape(-1, 3).mean(axis=0)
        assert lips[0] < 190  # lips and the mouth's inside are darker than any skin
        assert lips[1] < 90


def test_a_mirrored_pair_is_mirrored_throughout(drawn):
    plain = PairSampler(pool_of(drawn), 8, 0, False).batch(3)
    turned = PairSampler(pool_of(drawn), 8, 0, True)
    turned = turned.batch(3)
    both = {True: 0, False: 0}
    for number in range(8):
        same = error(plain.truths[number], turned.truths[number]) == 0
        both[same] += 1
        if not same:
            for name in ("sketches", "seconds", "portraits", "truths"):
                one, other = getattr(plain, name)[number], getattr(turned, name)[number]
                np.testing.assert_array_equal(one[:, ::-1], other)
            np.testing.assert_allclose(
                SIZE - 1 - plain.landmarks[number, :, 0], turned.landmarks[number, :, 0], atol=1e-4
            )
    assert min(both.values()) > 0


def test_light_varies_alike_in_both_pictures(drawn):
    plain = PairSampler(pool_of(drawn), 8, 0, False).batch(3)
    varied = PairSampler(pool_of(drawn), 8, 0.3, False).batch(3)
    np.testing.assert_array_equal(plain.sketches, varied.sketches)
    factors = []
    for number in range(8):
        gains = [
            [
                np.median(new[number][..., c][dull] / old[number][..., c][dull])
                for c in range(3)
                for dull in [(old[number][..., c] > 40) & (new[number][..., c] < 250)]
            ]
            for old, new in ((plain.truths, varied.truths), (plain.seconds, varied.seconds))
        ]
        np.testing.assert_allclose(*gains, atol=0.02)
        factors.append(gains[0])
    assert np.ptp(factors) > 0.1
    assert 0.6 < np.min(factors) < np.max(factors) < 1.45


def test_faces_too_small_to_be_warped_are_said(drawn):
    tiny = still([5])
    tiny.landmarks[:] = drawn.landmarks[:5] * [0.1, 0.1, 0.1]
    frames = [np.zeros((12, 16, 3), np.uint8)] * 5

    class Tiny(Footage):
        def frames(self, *_):
            return iter(frames)

    small = Tiny(**{part.name: getattr(tiny, part.name) for part in fields(tiny)})
    with pytest.raises(UserError, match="too small"):
        PairSampler(pool_of(small), 2, 0, False).batch(0)


@pytest.mark.parametrize("background", [False, True])
def test_batches_made_ahead_are_those_asked_for(background):
    threads = set()

    def make(step):
        threads.add(threading.current_thread().name)
        if step == 9:
            raise UserError("no ninth")
        return step * step

    ahead = Ahead(make, background)
    assert [ahead.get(step) for step in (0, 1, 2, 7, 8)] == [0, 1, 4, 49, 64]
    with pytest.raises(UserError, match="no ninth"):
        ahead.get(9)
    assert ahead.get(2) == 4
    assert (threading.current_thread().name in threads) != background
