"""Batches: what is heard belongs to what is seen, speakers count alike, arrays stay on disk."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sequence_makers import talking

from mit_core.models.windows import windows
from mit_core.sequences import Sequences
from mit_core.training.bases import base_faces, face_statistics
from mit_core.training.data import CHUNK, PREDICTED, ChunkSampler, feature_statistics
from mit_core.training.voices import vary


def numbered(lengths, speakers=("ann",)) -> Sequences:
    """Feature and landmark rows that hold their own row number."""
    made = talking(lengths, speakers=speakers)
    number = np.arange(len(made.landmarks), dtype=np.float32)[:, None]
    return replace(
        made, landmarks=np.repeat(number, 204, axis=1), features=np.repeat(number, 80, axis=1)
    )


@given(
    lengths=st.lists(st.integers(1, 70), min_size=1, max_size=4),
    predict_frame=st.integers(0, 17),
    seed=st.integers(0, 9),
)
def test_chunks_and_windows_hear_what_a_whole_clip_would(lengths, predict_frame, seed):
    data = numbered(tuple(lengths))
    sampler, rng = ChunkSampler(data, predict_frame), np.random.default_rng(seed)
    for batch, predicted in ((sampler.chunks(rng, 8), PREDICTED), (sampler.windows(rng, 8), 1)):
        for features, landmarks, index in zip(
            batch.features, batch.landmarks, batch.sequences, strict=True
        ):
            span = data.span(index)
            whole = windows(data.features[span], predict_frame)
            for position in range(min(predicted, span.stop - span.start)):
                frame = int(landmarks[position, 0]) - span.start
                assert 0 <= frame < span.stop - span.start
                np.testing.assert_array_equal(features[position : position + 18], whole[frame])


def test_every_frame_can_be_drawn():
    data = numbered((40,))
    batch = ChunkSampler(data, 12).chunks(np.random.default_rng(0), 500)
    assert batch.features.shape == (500, CHUNK, 80)
    assert set(batch.landmarks[:, :, 0].ravel().astype(int)) == set(range(40))


def test_speakers_are_drawn_alike_however_much_they_said():
    data = numbered((1000, 30, 0, 30), speakers=("ann", "bob"))
    drawn = ChunkSampler(data, 12).windows(np.random.default_rng(0), 4000).sequences
    assert np.mean(drawn == 0) == pytest.approx(0.5, abs=0.04)
    assert np.mean(drawn == 1) == pytest.approx(0.25, abs=0.04)
    assert 2 not in drawn


def test_nothing_to_draw_is_refused():
    with pytest.raises(ValueError, match="no frame"):
        ChunkSampler(numbered((0,)), 12)


def test_drawing_from_a_memory_map_reads_only_what_it_needs(tmp_path):
    data = talking((50,) * 400)
    for name in ("features", "landmarks"):
        np.save(tmp_path / f"{name}.npy", getattr(data, name))
    mapped = replace(
        data,
        features=np.load(tmp_path / "features.npy", mmap_mode="r"),
        landmarks=np.load(tmp_path / "landmarks.npy", mmap_mode="r"),
    )
    tracemalloc.start()
    sampler = ChunkSampler(mapped, 12)
    batch = sampler.chunks(np.random.default_rng(0), 32)
    feature_statistics(mapped)
    face_statistics(mapped)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(batch.features, np.ndarray) and not isinstance(batch.features, np.memmap)
    assert peak < data.landmarks.nbytes / 4


def test_feature_statistics_are_those_of_all_frames():
    data = talking((30, 1, 80))
    mean, std = feature_statistics(data)
    np.testing.assert_allclose(mean, data.features.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(std, data.features.std(axis=0), rtol=1e-5)


def test_faces_are_means_of_speakers_and_each_speaker_counts_once():
    data = talking((90, 10, 50), speakers=("ann", "bob"))
    faces = face_statistics(data)
    ann = np.concatenate([data.landmarks[:90], data.landmarks[100:]])
    np.testing.assert_allclose(faces.speaker_faces["ann"], ann.mean(axis=0), atol=1e-5)
    both = (faces.speaker_faces["ann"] + faces.speaker_faces["bob"]) / 2
    np.testing.assert_allclose(faces.mean_face, both, atol=1e-6)
    # the made-up faces are closed where the talking ones have dropped the lower lip
    assert (faces.rest_offset.reshape(68, 3)[65:68, 1] > 0.01).all()


def test_a_stranger_is_placed_by_the_closed_mouth_face_alone():
    train, test = talking((60,)), talking((40,), seed=3, speakers=("eve",))
    faces = face_statistics(train)
    known = base_faces(train, "speaker_mean", faces.speaker_faces, faces.rest_offset)
    np.testing.assert_array_equal(known[0], faces.speaker_faces["ann"])
    guessed = base_faces(test, "speaker_mean", faces.speaker_faces, faces.rest_offset)
    np.testing.assert_allclose(guessed[0], test.faces[0] - faces.rest_offset)
    closed = base_faces(test, "closed", faces.speaker_faces, faces.rest_offset)
    np.testing.assert_array_equal(closed, test.faces)


def test_voices_are_left_alone_where_nothing_is_asked():
    features = np.random.default_rng(0).random((3, 20, 80)).astype(np.float32)
    np.testing.assert_array_equal(vary(features, np.random.default_rng(1), 0.0, 0.0), features)


def test_a_varied_voice_moves_in_frequency_and_not_in_time():
    features = np.zeros((50, 20, 80), np.float32)
    features[:, 10, 40] = 1
    varied = vary(features, np.random.default_rng(0), 0.2, 0.0)
    assert not varied[:, :10].any() and not varied[:, 11:].any()
    peaks = varied[:, 10].argmax(axis=1)
    assert peaks.min() < 39 and peaks.max() > 41
    # band 40 lies near 2 kHz, where 80 bands span 90-7600 Hz logarithmically: .2 is some 5 bands
    assert peaks.min() > 40 - 8 and peaks.max() < 40 + 8


def test_gain_moves_every_band_alike():
    features = np.full((20, 5, 80), 0.5, np.float32)
    varied = vary(features, np.random.default_rng(0), 0.0, 6.0)
    assert np.ptp(varied, axis=(1, 2)).max() < 1e-6
    assert 0.03 < np.abs(varied - 0.5).max() <= 0.06
