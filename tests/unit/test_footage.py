"""Footage: the corpus's videos and landmarks as networks that make pictures are handed them."""

import json

import numpy as np
import pytest
from footage_makers import draw_face, lay_out, make_footage

from mit_core.corpus.footage import open_footage
from mit_core.errors import UserError
from mit_core.faces.steadying import steadied
from mit_core.training.fingerprint import run_fingerprint
from mit_core.training.translation_settings import RefinementSettings


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return make_footage(tmp_path_factory.mktemp("drawn"), frames=(6, 8, 7))


def test_frames_and_landmarks_of_a_stretch_belong_together(drawn):
    for clip, skin in ((0, (225, 180, 150)), (1, (150, 105, 80))):
        frames = list(drawn.frames(clip))
        assert len(frames) == len(drawn.clip(clip))
        for frame, points in zip(frames, drawn.clip(clip), strict=True):
            wanted = draw_face(points, skin)
            error = np.abs(frame.astype(int) - wanted).mean()
            assert error < 3  # of x264; a neighbouring frame differs by more
    [third] = drawn.frames(1, 2, 3)
    np.testing.assert_array_equal(third, list(drawn.frames(1))[2])
    assert len(list(drawn.frames(1, 6, 99))) == 2


def test_a_stretch_starts_where_it_says(drawn):
    wanted = [draw_face(points) for points in drawn.clip(0)]
    errors = np.array([[np.abs(f.astype(int) - w).mean() for w in wanted] for f in drawn.frames(0)])
    np.testing.assert_array_equal(errors.argmin(axis=1), np.arange(6))


def test_part_of_the_footage(drawn):
    part = drawn.only([2, 0])
    assert part.names == ("clip2.000", "clip0.000")
    assert part.speakers == ("b", "a")
    np.testing.assert_array_equal(part.clip(0), drawn.clip(2))
    np.testing.assert_array_equal(part.clip(1), drawn.clip(0))
    np.testing.assert_array_equal(next(part.frames(1)), next(drawn.frames(0)))
    assert drawn.hours == pytest.approx(21 / 25 / 3600)
    assert len(drawn.only([])) == 0


def test_a_prepared_corpus_opens_split_by_split(drawn, tmp_path):
    segments, shards = lay_out(drawn, tmp_path, ("train", "val", "train"))
    train, val, test = (open_footage(segments, shards, s) for s in ("train", "val", "test"))
    assert (train.names, val.names, len(test)) == (("clip0.000", "clip2.000"), ("clip1.000",), 0)
    assert train.speakers == ("a", "b")
    assert train.starts == (2, 2)
    np.testing.assert_array_equal(train.clip(1), steadied(drawn.clip(2)).astype(np.float32))
    np.testing.assert_array_equal(next(val.frames(0)), next(drawn.frames(1)))
    assert len({train.digest, val.digest, test.digest}) == 3


def test_what_is_missing_is_named(drawn, tmp_path):
    segments, shards = lay_out(drawn, tmp_path, ("train", "val", "train"))
    (shards / "0001/normalise/clip1.000/video.mp4").unlink()
    with pytest.raises(UserError, match=r"clip1\.000/video\.mp4 is missing"):
        open_footage(segments, shards, "val")
    (shards / "0000/landmarks/clip2.000/clip2.000.npz").unlink()
    with pytest.raises(UserError, match=r"clip2\.000\.npz is missing"):
        open_footage(segments, shards, "train")
    index = shards / "0001/landmarks.json"
    index.write_text(json.dumps([]))
    with pytest.raises(UserError, match=r"Segment clip1\.000"):
        open_footage(segments, shards, "val")


def test_a_run_depends_on_the_footage_but_not_on_where_it_lies(drawn, tmp_path):
    settings = RefinementSettings()
    moved = make_footage(tmp_path, frames=(6, 8, 7))
    assert moved.videos != drawn.videos
    assert run_fingerprint("", settings, moved) == run_fingerprint("", settings, drawn)
    fewer = run_fingerprint("", settings, drawn.only([0, 1]))
    assert fewer != run_fingerprint("", settings, drawn)


def test_a_run_depends_on_the_files_that_its_settings_name(drawn, tmp_path):
    file = tmp_path / "given.pth"
    for key in ("initial", "perceptual_weights"):
        settings = RefinementSettings(**{key: str(file)})
        seen = set()
        for content in (b"one", b"two"):
            file.write_bytes(content)
            seen.add(run_fingerprint("", settings, drawn))
        assert len(seen) == 2
