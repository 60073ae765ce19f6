"""A portrait driven by speech, from features to pixels."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from eye_measures import eye_opening
from hypothesis import given, settings
from hypothesis import strategies as st

from mit_core.animation.animate import (
    Animation,
    Settings,
    animate,
    frames_of,
)
from mit_core.animation.animation import load_animation, save_animation
from mit_core.animation.head import turn_head
from mit_core.animation.published import published_portrait
from mit_core.errors import UserError
from mit_core.faces.mouth import close_mouth, mouth_opening
from mit_core.faces.standard_face import standard_face
from mit_core.models.checkpoint import ContentCheckpoint, FeatureScaling
from mit_core.models.content import ContentBranch, ContentDims
from mit_core.speech.features import SpeechFeatures

LOWER = [4, 5, 6, 7, 8, 9, 10, 11, 12, 55, 56, 57, 58, 59, 65, 66, 67]
REST = close_mouth(standard_face().reshape(204), 1.0, 1.0)
STILL = Settings(blinks="none", head_motion="none")


class LouderIsWider(ContentCheckpoint):
    """Stands in for a trained network: the jaw falls by the mean of the mel bands."""

    bias = 0.0

    def predict(self, features, face=None):
        moved = np.zeros((len(features), 68, 3), np.float32)
        moved[:, LOWER, 1] = (features.mean(axis=1) * 0.3 + self.bias)[:, None]
        return moved.reshape(-1, 204) + (self.rest_face - face)


def checkpoint(base="speaker_mean", bias=0.0) -> ContentCheckpoint:
    mean = REST.reshape(68, 3).copy()
    mean[LOWER, 1] += 0.05
    made = LouderIsWider(
        model=ContentBranch(ContentDims(prior=4, code=4, hidden=4)).eval(),
        scaling=FeatureScaling(np.zeros(80, np.float32), np.ones(80, np.float32)),
        predict_frame=12,
        base=base,
        mean_face=mean.reshape(204),
        rest_face=REST,
    )
    object.__setattr__(made, "bias", bias)
    return made


def spoken(seconds: float = 3.0) -> tuple[SpeechFeatures, np.ndarray]:
    """Syllables at 3 Hz between half a second of silence at either end; and its feature."""
    n_samples = round(seconds * 16000)
    times = np.arange(n_samples // 256 + 1) / 62.5
    voiced = (times > 0.5) & (times < seconds - 0.5)
    level = np.where(voiced, 0.5 - 0.5 * np.cos(2 * np.pi * 3 * (times - 0.5)), 0)
    mel = np.repeat(level[:, None], 80, axis=1).astype(np.float32)
    frames = (np.arange(n_samples // 640) + 0.5) / 25
    features = SpeechFeatures(
        mel=mel,
        f0_log=np.zeros(len(mel)),
        f0_classes=np.zeros(len(mel), np.int16),
        f0_range="low",
        f0_median_hz=120.0,
        embedding=np.full(256, 1 / 16, np.float32),
        speech=(frames > 0.5) & (frames < seconds - 0.5),
        n_samples=n_samples,
    )
    return features, mel


def portrait(degrees=(0.0, 0.0, 0.0), smile: float = 0.0) -> np.ndarray:
    points = standard_face().copy()
    points[[65, 66, 67, 56, 57, 58], 1] += smile
    turned = turn_head(points.reshape(1, 204), np.array([degrees])).reshape(68, 3)
    return (turned * 100 + [256.0, 200.0, 0.0]).astype(np.float32)


@pytest.mark.parametrize("base", ["speaker_mean", "closed"])
@pytest.mark.parametrize("postprocess", ["resting", "published"])
def test_the_mouth_follows_speech_and_rests_in_silence(base, postprocess):
    speech, feature = spoken()
    made = animate(
        speech, feature, checkpoint(base), portrait(), replace(STILL, postprocess=postprocess)
    )
    times = np.arange(75) / 25
    level = np.interp(times, np.arange(len(feature)) / 62.5, feature[:, 0])
    assert np.corrcoef(made.mouth_opening, level)[0, 1] > 0.98
    assert made.mouth_opening[:8].max() < 0.03 and made.mouth_opening[-8:].max() < 0.03
    assert made.mouth_opening.max() > 0.2
    np.testing.assert_allclose(made.mouth_opening, mouth_opening(made.landmarks), atol=1e-4)


def test_a_published_checkpoint_is_told_the_portraits_own_face():
    told = []

    def listening(features, face=None):
        told.append(face)
        return LouderIsWider.predict(adopted, features, adopted.rest_face)

    speech, feature = spoken()
    adopted = replace(checkpoint("closed"), settings={"adopted": "X"})
    object.__setattr__(adopted, "predict", listening)
    points = portrait(degrees=(0, 0, 10))
    made = animate(speech, feature, adopted, points, replace(STILL, postprocess="published"))
    expected = published_portrait(points, adopted.mean_face)
    np.testing.assert_array_equal(told[0], expected.face)
    # the head stays held as it is in the picture, and only lips and lids were moved on it
    jaw_and_nose = [*range(17), *range(28, 36)]  # 27 is put in line with 28 and 29
    moved = made.landmarks[0, jaw_and_nose, :2] - points[jaw_and_nose, :2]
    assert np.abs(moved).max() < 0.5
    animate(speech, feature, adopted, points, replace(STILL, postprocess="resting"))
    np.testing.assert_array_equal(told[1], adopted.rest_face)


@pytest.mark.parametrize("bias", [-0.03, 0.06])
def test_a_predictor_that_is_off_leaves_the_mouth_neither_open_nor_clenched(bias):
    speech, feature = spoken()
    fair = animate(speech, feature, checkpoint(), portrait(), STILL).mouth_opening
    off = animate(speech, feature, checkpoint(bias=bias), portrait(), STILL).mouth_opening
    np.testing.assert_allclose(off, fair, atol=0.02)


@settings(max_examples=15, deadline=None)
@given(seconds=st.floats(0.02, 4), fps=st.sampled_from([12, 23.976, 25, 29.97, 30, 60, 62.5]))
def test_every_length_and_rate_covers_the_sound(seconds, fps):
    speech, feature = spoken(seconds)
    made = animate(speech, feature, checkpoint(), portrait(), Settings(fps=fps))
    count = len(made.landmarks)
    assert count == len(made.mouth_opening) == frames_of(speech.seconds, fps)
    assert (count - 1) / fps < speech.seconds <= count / fps + 1e-6
    assert np.isfinite(made.landmarks).all()


def test_another_rate_shows_the_same_motion():
    speech, feature = spoken()
    slow = animate(speech, feature, checkpoint(), portrait(), replace(STILL, fps=25))
    fast = animate(speech, feature, checkpoint(), portrait(), replace(STILL, fps=50))
    np.testing.assert_allclose(fast.landmarks[::2], slow.landmarks, atol=1e-3)


def test_it_starts_on_the_portrait_and_keeps_its_identity():
    speech, feature = spoken()
    points = portrait(smile=0.08)
    made = animate(speech, feature, checkpoint(), points, STILL)
    np.testing.assert_allclose(made.portrait, points, atol=1e-3)
    upper_face = [0, 16, *range(17, 48)]
    np.testing.assert_allclose(
        made.landmarks[:, upper_face], np.repeat(points[None, upper_face], 75, axis=0), atol=0.01
    )
    corners = [48, 54]
    np.testing.assert_allclose(made.landmarks[0, corners], points[corners], atol=0.5)
    assert made.mouth_opening[0] < 0.01  # parted lips are closed at rest


def test_a_tilted_portrait_opens_its_mouth_along_its_own_axis():
    speech, feature = spoken()
    made = animate(speech, feature, checkpoint(), portrait(degrees=(0, 0, 90)), STILL)
    frame = made.landmarks[made.mouth_opening.argmax()]
    gap = np.abs(frame[66] - frame[62])
    assert gap[0] > 20 * gap[1]


def test_chance_is_the_seeds_alone():
    speech, feature = spoken()
    first, again, other = (
        animate(speech, feature, checkpoint(), portrait(), Settings(seed=seed)).landmarks
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1
    still = animate(speech, feature, checkpoint(), portrait(), Settings(head_motion="none"))
    moving = animate(speech, feature, checkpoint(), portrait(), Settings())
    # blinks come at the same moments, with the head moving or not
    np.testing.assert_allclose(
        eye_opening(still.landmarks), eye_opening(moving.landmarks), atol=1e-3
    )
    np.testing.assert_array_equal(still.mouth_opening, moving.mouth_opening)


def test_it_does_not_shake():
    speech, feature = spoken()
    shaken = feature + np.random.default_rng(0).normal(0, 0.02, (len(feature), 1))
    made = animate(speech, shaken.astype(np.float32), checkpoint(), portrait(), Settings(fps=62.5))
    jerk = np.abs(np.diff(made.landmarks[:, :, :2], n=2, axis=0))
    eye_distance = np.linalg.norm(portrait()[45] - portrait()[36])
    outside = [point for point in range(36) if point not in LOWER]
    assert jerk[:, outside].max() / eye_distance < 0.002


def test_an_animation_is_saved_and_read_back(tmp_path):
    speech, feature = spoken(1.5)
    made = animate(speech, feature, checkpoint(), portrait())
    save_animation(tmp_path / "a b.npz", made)
    again = load_animation(tmp_path / "a b.npz")
    assert isinstance(again, Animation) and again.fps == made.fps
    np.testing.assert_array_equal(again.landmarks, made.landmarks)
    np.testing.assert_array_equal(again.mouth_opening, made.mouth_opening)
    np.testing.assert_array_equal(again.portrait, made.portrait)


def test_a_user_learns_what_is_wrong(tmp_path):
    with pytest.raises(UserError, match="natural, published, none"):
        Settings(blinks="often")
    with pytest.raises(UserError, match=r"animate\.fps is 0"):
        Settings(fps=0)
    (tmp_path / "text.npz").write_text("nothing")
    with pytest.raises(UserError, match=r"text\.npz"):
        load_animation(tmp_path / "text.npz")


def test_animation_needs_none_of_the_speech_packages():
    code = "import mit_core.animation.animate, sys; "
    code += "assert not {'librosa', 'pysptk', 'resemblyzer', 'webrtcvad'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
