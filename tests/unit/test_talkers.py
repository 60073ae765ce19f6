"""Predictors as they are handed to whoever draws them."""

import numpy as np
import pytest
import torch
from sequence_makers import talking

from mit_core.evaluation.talkers import open_talkers
from mit_core.faces.mouth import mouth_opening
from mit_core.models.checkpoint import ContentCheckpoint, FeatureScaling
from mit_core.models.content import ContentBranch, ContentDims
from mit_core.training.bases import face_statistics
from mit_core.training.data import feature_statistics

TRAIN, VAL, TEST = talking((300,) * 4), talking((120,), seed=1), talking((150, 60, 170), seed=2)


def checkpoint(folder, base):
    faces = face_statistics(TRAIN)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = ContentBranch(ContentDims()).eval()
    made = ContentCheckpoint(
        model=model,
        scaling=FeatureScaling(*feature_statistics(TRAIN)),
        predict_frame=12,
        base=base,
        mean_face=faces.mean_face,
        rest_face=faces.mean_face + faces.rest_offset,
        speaker_faces=faces.speaker_faces,
    )
    made.save(folder / f"{base}.pt")
    return made, folder / f"{base}.pt"


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    made, path = checkpoint(tmp_path_factory.mktemp("content"), "speaker_mean")
    return made, open_talkers(path, TRAIN, VAL, TEST)


def test_each_predicts_each_clip_in_full(opened):
    _, talkers = opened
    assert list(talkers) == [
        *("truth", "content", "ridge", "nearest", "mean_face", "closed_mouth"),
        "content_mismatched",
    ]
    for talker in talkers.values():
        assert [talker(index).shape for index in range(3)] == [(150, 204), (60, 204), (170, 204)]


def test_they_are_what_their_names_say(opened):
    made, talkers = opened
    np.testing.assert_array_equal(talkers["truth"](1), TEST.landmarks[150:210])
    base = made.speaker_faces["ann"]
    np.testing.assert_array_equal(talkers["mean_face"](0), np.tile(base, (150, 1)))
    closed = talkers["closed_mouth"](0)
    assert np.ptp(closed, axis=0).max() == 0
    assert mouth_opening(closed[:1]) < 0.1 * mouth_opening(base[None])
    expected = base + made.predict(np.asarray(TEST.features[150:210]), base)
    np.testing.assert_allclose(talkers["content"](1), expected, atol=1e-6)
    # ridge finds the law that the clips were made by
    drop = talkers["ridge"](0)[:, 3 * 8 + 1], TEST.landmarks[:150, 3 * 8 + 1]
    assert np.corrcoef(*drop)[0, 1] > 0.95


def test_the_mismatched_hear_the_next_clip_and_start_it_over(opened):
    made, talkers = opened
    base = made.speaker_faces["ann"]
    short = np.asarray(TEST.features[150:210])
    heard = np.concatenate([short, short, short])[:150]
    expected = base + made.predict(heard, base)
    np.testing.assert_allclose(talkers["content_mismatched"](0), expected, atol=1e-6)
    first = np.asarray(TEST.features[:150])
    heard = np.concatenate([first, first])[:170]
    expected = base + made.predict(heard, base)
    np.testing.assert_allclose(talkers["content_mismatched"](2), expected, atol=1e-6)


def test_one_clip_has_nobody_else_to_hear(tmp_path):
    _, path = checkpoint(tmp_path, "closed")
    alone = talking((80,), seed=3)
    talkers = open_talkers(path, TRAIN, talking(()), alone)
    assert "content_mismatched" not in talkers
    # where displacements are measured from the closed face, that is the face at rest
    np.testing.assert_allclose(talkers["closed_mouth"](0)[0], alone.faces[0], atol=1e-6)
