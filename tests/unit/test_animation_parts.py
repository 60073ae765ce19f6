"""Post-processing against the published numbers, and the laws of lips, blinks and head."""

import numpy as np
import pytest
from eye_measures import eye_opening
from hypothesis import example, given
from hypothesis import strategies as st

from mit_core.animation.blinks import closing_times, lid_closure, published_times
from mit_core.animation.head import head_turns, turn_head
from mit_core.animation.lips import amplify_lips, lip_gaps, meet_lips
from mit_core.animation.portrait_face import PortraitFace, face_of_portrait, to_image
from mit_core.animation.published import published_face, straighten_nose, subtract_smallest_half
from mit_core.animation.resting import remove_bias, smooth, talking_face, voice_gate
from mit_core.errors import UserError
from mit_core.faces.eyes import close_lids
from mit_core.faces.mouth import as_points, close_mouth, mouth_opening, repair_inverse_lips
from mit_core.faces.scheme import MOUTH
from mit_core.faces.smoothing import savitzky_golay
from mit_core.faces.standard_face import standard_face

LOWER_LIP = [65, 66, 67, 55, 56, 57, 58, 59]


def face() -> np.ndarray:
    """The standard face with its mouth closed; (204,)."""
    return close_mouth(standard_face().reshape(204).astype(float), 1.0, 1.0)


def gaping(gaps) -> np.ndarray:
    """Displacement that lowers the lower lip by each gap; (T, 204)."""
    motion = np.zeros((len(gaps), 68, 3))
    motion[:, LOWER_LIP, 1] = np.asarray(gaps)[:, None]
    return motion.reshape(-1, 204)


@pytest.mark.parametrize("frames", [90, 33])
def test_calibration_equals_the_published_one(reference, frames):
    data = np.load(reference / "geometry" / f"calib_{frames}.npz")
    calibrated = amplify_lips(
        subtract_smallest_half(data["inp"]), float(data["amp_lip_x"]), float(data["amp_lip_y"])
    )
    np.testing.assert_allclose(calibrated, data["out"], atol=1e-5)


def test_the_published_steps_after_the_sum(reference):
    data = np.load(reference / "geometry" / "postprocess_60.npz")
    repaired = repair_inverse_lips(data["sum_plus_face"])
    np.testing.assert_allclose(repaired, data["after_inverse_lip"], atol=1e-5)
    final = savitzky_golay(straighten_nose(repaired), 5, 3)
    np.testing.assert_allclose(final, data["final"], atol=1e-5)


def test_the_published_chain_takes_its_steps_in_order(reference):
    data = np.load(reference / "geometry" / "postprocess_60.npz")
    # the speaker's part, a displacement with its mouth closed, moves the whole head beside speech
    content = amplify_lips(subtract_smallest_half(data["C_out"]), 2, 2)
    speaker = data["sum_plus_face"] - content - data["std_face"]
    ours = published_face(data["C_out"], data["std_face"][0] + speaker, 2, 2)
    np.testing.assert_allclose(ours, data["final"], atol=1e-5)


def test_back_to_the_image_equals_the_published_mapping(reference):
    data = np.load(reference / "geometry" / "denorm_60.npz")
    scale = -float(data["scale"])  # published with both axes turned round
    centre = -data["shift"]
    upright = PortraitFace(
        face=np.zeros(204, np.float32),
        quaternion=np.array([1.0, 0, 0, 0]),
        translation=np.array([*centre, 0.0]) * scale,
        scale=scale,
    )
    pixels = to_image(smooth(data["inp"], mouth_window=5), upright)
    expected = data["out"].reshape(-1, 68, 3)
    np.testing.assert_allclose(pixels[..., :2], expected[..., :2], atol=5e-4)  # of 207 pixels


@given(
    scale=st.floats(0.5, 20),
    degrees=st.tuples(st.floats(-20, 20), st.floats(-40, 40), st.floats(-60, 60)),
    flat=st.booleans(),
)
def test_a_portrait_comes_back_to_where_it_was(scale, degrees, flat):
    turned = turn_head(standard_face().reshape(1, 204), np.array([degrees]))
    points = as_points(turned)[0] * 100 * scale + np.array([300.0, 200.0, 0.0])
    given_points = points[:, :2] if flat else points
    portrait = face_of_portrait(given_points)
    back = to_image(portrait.face[None], portrait)[0]
    np.testing.assert_allclose(back[:, :2], points[:, :2], atol=1e-3 * scale * 100)
    if not flat:  # however the head is held, the face is the same
        np.testing.assert_allclose(portrait.face.reshape(68, 3), standard_face(), atol=1e-3)


def test_a_portrait_without_depth_gets_the_standard_one():
    points = standard_face()[:, :2] * 100 + 300
    portrait = face_of_portrait(points)
    np.testing.assert_array_equal(portrait.face.reshape(68, 3)[:, 2], standard_face()[:, 2])


@pytest.mark.parametrize(
    "points", [np.zeros((68, 3)), np.full((68, 2), np.nan), np.ones((68, 2)) * np.arange(2)]
)
def test_points_that_are_no_face_are_refused_in_words(points):
    with pytest.raises(UserError, match="form no face"):
        face_of_portrait(points)


@given(gaps=st.lists(st.floats(-0.2, 0.4), min_size=1, max_size=20))
@example(gaps=[0.0])
def test_lips_meet_and_never_cross(gaps):
    moving = face() + gaping(gaps)
    met = meet_lips(moving)
    before, after = lip_gaps(moving), lip_gaps(met)
    assert np.all(after >= 0)
    assert np.all(after >= before - 1e-12)
    # open lips are left, touching ones stay within what cannot be seen
    np.testing.assert_allclose(after, np.maximum(before, 0), atol=0.004)
    others = [point for point in range(68) if point not in MOUTH]
    np.testing.assert_array_equal(as_points(met)[:, others], as_points(moving)[:, others])


def test_crossing_lips_keep_their_thickness():
    crossed = face() + gaping([-0.1])
    points, met = as_points(face()[None]), as_points(meet_lips(crossed))
    for outer, inner in ((51, 62), (57, 66)):
        thick = points[0, outer, 1] - points[0, inner, 1]
        assert met[0, outer, 1] - met[0, inner, 1] == pytest.approx(thick, abs=1e-9)


@given(offset=st.floats(-0.04, 0.08), length=st.integers(20, 300))
def test_a_constant_bias_leaves_the_mouth_neither_open_nor_clenched(offset, length):
    speech = np.maximum(0, np.sin(np.arange(length) / 3.0)) * 0.15
    moving = talking_face(gaping(speech + offset), face(), face(), None, 1.0, 1.0)
    opening = lip_gaps(moving).mean(axis=1)
    assert opening.min() < 0.01
    assert opening.max() > 0.13
    np.testing.assert_allclose(opening[3:-3], speech[3:-3], atol=0.03)


def test_a_held_vowel_stays_open():
    held = remove_bias(gaping(np.full(60, 0.4)), face())
    assert lip_gaps(face() + held).min() > 0.25


def test_nothing_predicted_is_the_portrait_with_closed_lips():
    portrait = as_points(standard_face().reshape(204)).copy()
    portrait[LOWER_LIP, 1] += 0.1
    moving = talking_face(np.zeros((50, 204)), face(), portrait.reshape(204), None, 1.0, 1.2)
    others = [point for point in range(68) if point not in MOUTH]
    still = np.repeat(portrait[None], 50, axis=0)
    np.testing.assert_allclose(as_points(moving)[:, others], still[:, others], atol=1e-9)
    assert mouth_opening(moving).max() < 0.005


def test_the_mouth_rests_in_pauses_and_speaks_in_speech():
    speech = np.zeros(100, dtype=bool)
    speech[40:60] = True
    gate = voice_gate(speech, 250)
    assert gate[:65].max() < 0.05 and gate[-65:].max() < 0.05
    assert gate[100:150].min() > 0.99
    assert np.abs(np.diff(gate)).max() < 0.15
    # frames 40 to 59 are heard from 1.6 s to 2.4 s
    times = np.arange(250) / 62.5
    assert (gate * times).sum() / gate.sum() == pytest.approx(2.0, abs=1e-3)
    assert voice_gate(np.zeros(0, dtype=bool), 7).tolist() == [1.0] * 7


@given(seconds=st.floats(0, 60), seed=st.integers(0, 99))
@example(seconds=0.02, seed=0)
@example(seconds=0.7, seed=1)
def test_blinks_are_whole_for_any_length(seconds, seed):
    closing = closing_times(seconds, np.random.default_rng(seed))
    np.testing.assert_array_equal(closing, closing_times(seconds, np.random.default_rng(seed)))
    assert np.all(closing + 0.24 < seconds)
    assert np.all(np.diff(closing) >= 1.6)
    n_frames = int(seconds * 62.5)
    closure = lid_closure(n_frames, 62.5, closing)
    assert closure.shape == (n_frames,)
    assert np.all((closure >= 0) & (closure <= 1))
    assert np.all(closure[:5] == 0)


def test_blinks_come_at_a_human_rate():
    closing = closing_times(600, np.random.default_rng(3))
    assert 14 <= len(closing) / 10 <= 21


def test_published_blinks_come_early_and_nearly_regularly():
    times = published_times(60, np.random.default_rng(0))
    assert times[0] == pytest.approx(0.48)
    between = np.diff(times)
    assert between.min() >= 1.44 and between.max() <= 2.4
    assert 25 <= len(times) <= 42 and times[-1] < 60
    assert len(published_times(0.5, np.random.default_rng(0))) == 0


def test_lids_move_as_the_published_ones(reference):
    data = np.load(reference / "geometry" / "add_naive_eye.npz")
    times = data["close_time_stamp"] / 62.5
    closure = lid_closure(400, 62.5, times)
    assert np.flatnonzero(closure[:60] > 1e-9).tolist() == list(range(21, 45))

    eyes = np.zeros((400, 68, 3))
    eyes[:, 36:48] = data["seq"]
    lids = ((37, 41), (38, 40), (43, 47), (44, 46))
    for upper, lower in lids:  # the published lids are narrowed by a tenth throughout
        gap = eyes[:, lower] - eyes[:, upper]
        eyes[:, upper] += 0.05 * gap
        eyes[:, lower] -= 0.05 * gap
    ours = close_lids(eyes, closure)[:, 36:48]
    # between its keys the published code blends whole frames; ours keeps the eyes' own motion
    same = np.flatnonzero((closure < 1e-9) | (closure > 1 - 1e-9))
    assert {30, 164, 301} <= set(same.tolist())
    np.testing.assert_allclose(ours[same], data["out"][same], atol=1e-4)


def test_closed_lids_are_closed():
    shut = close_lids(standard_face()[None], np.ones(1))
    assert eye_opening(shut)[0] < 0.01


def test_the_head_turns_gently_rigidly_and_from_the_portrait():
    turns = head_turns(1500, 62.5, 1.0, np.random.default_rng(5))
    assert np.all(turns[0] == 0)
    assert np.abs(turns).max() < 9
    speed = np.abs(np.diff(turns, axis=0)) * 62.5
    assert speed.max() < 30  # degrees a second
    moved = turn_head(np.repeat(face()[None], 1500, axis=0), turns)
    before, after = as_points(face()[None]), as_points(moved)
    for a, b in ((0, 16), (8, 27), (36, 54)):
        length = np.linalg.norm(before[:, a] - before[:, b], axis=-1)
        kept = np.linalg.norm(after[:, a] - after[:, b], axis=-1)
        np.testing.assert_allclose(kept, np.repeat(length, 1500))
    np.testing.assert_allclose(moved[0], face(), atol=1e-12)


def test_yaw_brings_the_nose_aside_and_pitch_moves_it_down():
    yaw, pitch = turn_head(np.repeat(face()[None], 2, axis=0), np.array([[0, 10, 0], [10, 0, 0]]))
    nose = as_points(face()[None])[0, 30]
    assert as_points(yaw[None])[0, 30, 0] > nose[0] + 0.1
    assert abs(as_points(pitch[None])[0, 30, 0] - nose[0]) < 1e-9
