"""A portrait's head moves as a speaker-aware branch says, whole and without touching the lips."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from test_animate import REST, STILL, checkpoint, portrait, spoken

from mit_core.animation.animate import Settings, animate
from mit_core.animation.learned import learned_manner
from mit_core.errors import UserError
from mit_core.faces.head_motion import HeadMotion, motion_of_landmarks
from mit_core.faces.points import as_points
from mit_core.models.checkpoint import FeatureScaling
from mit_core.models.speaker_aware import SpeakerAware, SpeakerDims
from mit_core.models.speaker_checkpoint import SpeakerCheckpoint

LEARNED = replace(STILL, head_motion="learned")
BROWS = [*range(17, 27)]


class Turning(SpeakerCheckpoint):
    """Stands in for a trained network: yaw by a sine, its size the embedding's first number."""

    def predict(self, features, embedding, seed=0):
        times = np.arange(len(features)) / 62.5
        turns = np.zeros((len(times), 3))
        turns[:, 1] = np.radians(10) * embedding[0] * np.sin(2 * np.pi * 0.4 * times + seed % 7)
        face = np.repeat(self.mean_face[None].astype(np.float64), len(times), axis=0)
        as_points(face)[:, BROWS, 1] -= 0.03
        as_points(face)[:, 48:, 1] += 0.05  # which nobody asked it for
        head = HeadMotion(Rotation.from_rotvec(turns).as_matrix(), np.zeros((len(times), 3)))
        return (head.apply(face) - self.mean_face).astype(np.float32)


def embedding(size: float) -> np.ndarray:
    return np.concatenate([[size], np.zeros(255)]).astype(np.float32)


def turning(**changes) -> SpeakerCheckpoint:
    values = {
        "model": SpeakerAware(SpeakerDims(hidden=4, width=4, feed_forward=4, layers=1)).eval(),
        "scaling": FeatureScaling(np.zeros(80, np.float32), np.ones(80, np.float32)),
        "predict_frame": 12,
        "stretch": 256,
        "noise": "harmonic",
        "mean_face": REST.astype(np.float32),
        "speakers": {"ann": embedding(1.0), "bob": embedding(0.2)},
    }
    return Turning(**(values | changes))


def yaw_of(animation) -> np.ndarray:
    flat = animation.landmarks.reshape(len(animation.landmarks), 204) / 100
    return motion_of_landmarks(flat, animation.portrait.reshape(204) / 100).degrees()[:, 1]


def test_head_and_brows_are_taken_from_what_is_predicted():
    manner = learned_manner(turning(), np.zeros((200, 80)), embedding(1.0), 0)
    assert manner.head.degrees()[:, 1].std() == pytest.approx(10 / np.sqrt(2), rel=0.1)
    brows = as_points(manner.brows)
    np.testing.assert_allclose(brows[:, BROWS, 1], -0.03, atol=1e-3)
    assert not brows[:, 48:].any() and not brows[:, 36:48].any()


def test_the_style_says_how_the_head_moves():
    speech, feature = spoken()
    wide, narrow = (
        animate(speech, feature, checkpoint(), portrait(), replace(LEARNED, style=name), turning())
        for name in ("ann", "bob")
    )
    assert yaw_of(wide).std() == pytest.approx(5 * yaw_of(narrow).std(), rel=0.1)
    assert yaw_of(wide).std() > 4
    # the lips say the same, whoever's manner it is
    np.testing.assert_allclose(wide.mouth_opening, narrow.mouth_opening, atol=1e-6)
    own = animate(speech, feature, checkpoint(), portrait(), LEARNED, turning())
    assert yaw_of(own).std() < yaw_of(narrow).std()  # the driving voice's embedding is 1/16
    with pytest.raises(UserError, match=r"animate\.style 'eve'.*ann, bob"):
        animate(speech, feature, checkpoint(), portrait(), replace(LEARNED, style="eve"), turning())


def test_the_gain_scales_it_and_none_holds_still():
    speech, feature = spoken()

    def yaw(**changes):
        settings = replace(LEARNED, style="ann", **changes)
        return yaw_of(animate(speech, feature, checkpoint(), portrait(), settings, turning()))

    np.testing.assert_allclose(yaw(amp_pos=0.5), 0.5 * yaw(), atol=0.05)
    np.testing.assert_allclose(yaw(amp_pos=0.0), 0, atol=0.05)
    np.testing.assert_allclose(yaw(head_motion="none"), 0, atol=0.05)
    np.testing.assert_allclose(yaw()[0], 0, atol=0.05)  # a clip opens on the portrait as it is
    np.testing.assert_allclose(yaw(fps=50.0)[::2], yaw(), atol=0.05)


def test_chance_is_the_seeds():
    speech, feature = spoken()
    first, again, other = (
        animate(
            speech,
            feature,
            checkpoint(),
            portrait(),
            Settings(head_motion="learned", style="ann", seed=seed),
            turning(),
        ).landmarks
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1


def test_what_is_missing_is_said():
    speech, feature = spoken()
    with pytest.raises(UserError, match="train_speaker"):
        animate(speech, feature, checkpoint(), portrait(), LEARNED)
    with pytest.raises(UserError, match="autovc:1"):
        animate(speech, feature, checkpoint(), portrait(), LEARNED, turning(feature="autovc:1"))
